/** The page `/status`: it looks again every few seconds, and says how old it is when it cannot. */

import { age } from "./lib/format.js";
import { attachThemeButton } from "./page/theme.js";

const EVERY_MS = 3000;
const element = (/** @type {string} */ id) => document.getElementById(id);
let answeredMs = performance.now();

async function look() {
  try {
    const answer = await fetch("/status", { cache: "no-store", signal: AbortSignal.timeout(EVERY_MS) });
    if (answer.redirected || answer.status === 401) {
      location.reload(); // the login has ended
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("status");
    if (answer.ok && fresh) {
      element("status").replaceWith(document.adoptNode(fresh));
      element("when").textContent = page.getElementById("when").textContent;
      answeredMs = performance.now();
    }
  } catch {
    // it is said below
  }
  const oldS = (performance.now() - answeredMs) / 1000;
  document.body.dataset.fresh = oldS * 1000 < 2 * EVERY_MS ? "yes" : "no";
  element("old").textContent = `No answer: this is ${age(oldS)} old`;
  element("old").hidden = document.body.dataset.fresh === "yes";
}

attachThemeButton(/** @type {HTMLButtonElement} */ (element("theme")), () => {});
setInterval(() => document.hidden || look(), EVERY_MS);
