// Small things that every page does.

import { config } from "generated:config.js";

export const byId = (id) => document.getElementById(id);

// The page's address may fill in its form; the keys do not stay in the address bar.
export function takeParameters() {
  const parameters = new URLSearchParams(location.search);
  if (parameters.has("key")) {
    const kept = new URLSearchParams(parameters);
    kept.delete("key");
    const query = kept.size ? `?${kept}` : "";
    history.replaceState(null, "", location.pathname + query);
  }
  return parameters;
}

export function showBuild() {
  const identity = document.querySelector('meta[name="build-identity"]').content;
  byId("build-identity").textContent = identity;
  byId("build-identity").title = config.NEXT_PUBLIC_ENVIRONMENT ?? "";
}

export function showNotice(text) {
  const notice = byId("notice");
  notice.textContent = text ?? "";
  notice.hidden = !text;
}

// An element with properties and children; text is never read as HTML.
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export function badge(text, isBad = false) {
  const made = element("span", { className: "badge", textContent: text });
  if (isBad) made.dataset.kind = "bad";
  return made;
}

export function tile(value, label) {
  const name = `tile-${label.toLowerCase().replaceAll(" ", "-")}`;
  const made = element("div", { className: "tile" }, element("b", {}, String(value)), element("span", {}, label));
  made.dataset.testid = name;
  return made;
}

// Runs `work` while `button` cannot be pressed; shows what went wrong.
export async function during(button, work) {
  button.disabled = true;
  showNotice();
  try {
    await work();
  } catch (error) {
    showNotice(error.message);
  } finally {
    button.disabled = false;
  }
}

// Runs `work` now and every few seconds while the page is looked at.
export async function keepFresh(work, seconds) {
  await work();
  setInterval(() => {
    if (!document.hidden) work().catch((error) => showNotice(error.message));
  }, seconds * 1000);
}
