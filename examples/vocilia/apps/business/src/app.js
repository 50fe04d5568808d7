// List the feedback of one business and decide what needs a decision.
import { call } from "@vocilia/ui/api.js";
import { kronor, stars, time } from "@vocilia/ui/format.js";
import { badge, byId, during, element, keepFresh, showBuild, takeParameters, tile } from "@vocilia/ui/page.js";

const REFRESH_SECONDS = 4;
const STATUS = { received: "being read", review: "needs your review", approved: "approved", rejected: "rejected" };
let token = "";

async function open() {
  const shop = byId("shop-code").value.trim().toLowerCase();
  const body = { shop, access_key: byId("access-key").value };
  token = (await call("/api/business/session", { method: "POST", body })).token;
  byId("access-key").value = "";
  byId("enter").hidden = true;
  byId("feedback").hidden = false;
  await keepFresh(show, REFRESH_SECONDS);
}

async function show() {
  const { feedback } = await call("/api/feedback", { token });
  byId("feedback-list").replaceChildren(...feedback.map(item));
  byId("nothing").hidden = feedback.length > 0;
  summarise(feedback);
}

function mean(values) {
  return values.length ? (values.reduce((a, b) => a + b, 0) / values.length).toFixed(1) : "–";
}

function summarise(feedback) {
  const scores = feedback.map((said) => said.score).filter((score) => score !== null);
  const rewards = feedback.reduce((sum, said) => sum + (said.reward_ore ?? 0), 0);
  byId("summary").replaceChildren(
    tile(feedback.length, "Feedback"),
    tile(mean(feedback.map((said) => said.rating)), "Average rating"),
    tile(mean(scores), "Average score"),
    tile(kronor(rewards), "Rewards"),
  );
}

function item(said) {
  const head = element(
    "div",
    { className: "row" },
    element("span", { className: "stars", title: `${said.rating} of 5` }, stars(said.rating)),
    badge(STATUS[said.status], said.status === "rejected"),
    ...(said.score === null ? [] : [badge(`score ${said.score}`)]),
    ...(said.reward_ore ? [badge(kronor(said.reward_ore))] : []),
  );
  const about = [said.location, time(said.created_at), said.sentiment, ...said.topics].filter(Boolean);
  const made = element(
    "li",
    {},
    head,
    element("blockquote", {}, said.comment || "(no comment)"),
    element("div", { className: "meta" }, about.join(" · ")),
  );
  made.dataset.id = said.id;
  if (said.status === "review") made.append(decisions(said.id));
  return made;
}

function decisions(id) {
  const button = (text, decision) => {
    const made = element("button", { className: "quiet", type: "button", textContent: text });
    made.addEventListener("click", () =>
      during(made, async () => {
        await call(`/api/feedback/${id}/review`, { method: "POST", body: { decision }, token });
        await show();
      }),
    );
    return made;
  };
  return element("div", { className: "row" }, button("Approve", "approved"), button("Reject", "rejected"));
}

byId("enter-form").addEventListener("submit", (event) => {
  event.preventDefault();
  during(byId("open"), open);
});
showBuild();
const parameters = takeParameters();
byId("shop-code").value = parameters.get("shop") ?? "";
byId("access-key").value = parameters.get("key") ?? "";
if (parameters.has("shop") && parameters.has("key")) during(byId("open"), open);
