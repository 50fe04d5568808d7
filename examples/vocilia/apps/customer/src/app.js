// Leave feedback for a shop, then see what it earned.
import { config } from "generated:config.js";
import { shapes } from "generated:shapes.js";
import { call } from "@vocilia/ui/api.js";
import { kronor } from "@vocilia/ui/format.js";
import { byId, during, showBuild, showNotice, takeParameters } from "@vocilia/ui/page.js";

const LONGEST_COMMENT = shapes.feedback.properties.comment.maxLength;
const REWARD_LOOKS = 40;
const REWARD_PAUSE_MS = 750;

const code = byId("shop-code");
const comment = byId("comment");
let feedbackId = crypto.randomUUID();
let shownCode = "";

// A QR code leads to /s/CODE; ?shop=CODE does the same.
function codeInAddress() {
  const path = location.pathname.match(/^\/s\/([^/]+)$/);
  return path ? decodeURIComponent(path[1]) : takeParameters().get("shop");
}

async function showShop() {
  const wanted = code.value.trim().toLowerCase();
  if (!wanted || wanted === shownCode) return;
  try {
    const shop = await call(`/api/shops/${encodeURIComponent(wanted)}`);
    shownCode = wanted;
    byId("shop-name").textContent = `How was ${shop.business}?`;
    byId("shop-place").textContent = `${shop.name}. Helpful feedback earns you a reward.`;
    showNotice();
  } catch (error) {
    showNotice(error.status === 404 ? "No shop has this code. Look at the sign once more." : error.message);
  }
}

function count() {
  byId("counter").textContent = `${comment.value.length} / ${LONGEST_COMMENT}`;
}

async function send() {
  const rating = document.querySelector('input[name="rating"]:checked');
  const shop = code.value.trim().toLowerCase();
  const body = { id: feedbackId, shop, rating: Number(rating.value), comment: comment.value };
  const sent = await call("/api/feedback", { method: "POST", body });
  byId("thanks-shop").textContent = `${sent.shop.name} has received your feedback.`;
  byId("ask").hidden = true;
  byId("thanks").hidden = false;
  if (config.NEXT_PUBLIC_ENABLE_REWARDS !== "false") watchReward(sent.claim).catch(() => showReward("Your reward will be ready soon."));
}

function showReward(text) {
  byId("reward").textContent = text;
}

async function watchReward(claim) {
  for (let look = 0; look < REWARD_LOOKS; look += 1) {
    const found = await call("/api/reward", { token: claim });
    if (found.amount_ore) {
      showReward(`You have earned ${kronor(found.amount_ore)} (score ${found.score} of 100).`);
      return;
    }
    if (found.status === "review") {
      showReward("The shop will look at your feedback and decide on the reward.");
      return;
    }
    await new Promise((done) => setTimeout(done, REWARD_PAUSE_MS));
  }
  showReward("Your reward will be ready soon.");
}

function begin() {
  feedbackId = crypto.randomUUID();
  byId("feedback-form").reset();
  code.value = shownCode;
  count();
  showReward("Reading your feedback…");
  byId("ask").hidden = false;
  byId("thanks").hidden = true;
}

comment.maxLength = LONGEST_COMMENT;
comment.addEventListener("input", count);
code.addEventListener("change", showShop);
byId("again").addEventListener("click", begin);
byId("feedback-form").addEventListener("submit", (event) => {
  event.preventDefault();
  during(byId("submit"), send);
});
showBuild();
count();
code.value = codeInAddress() ?? "";
showShop();
