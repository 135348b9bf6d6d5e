/** The page `/status`: fetches itself again every few seconds, and shows its age when that fails. */

import { getById, select } from "./lib/dom.js";
import { formatAge } from "./lib/format.js";
import { attachThemeButton } from "./page/theme.js";

const INTERVAL_MS = 3000;
let answeredMs = performance.now();

async function refresh() {
  try {
    const response = await fetch("/status", { cache: "no-store", signal: AbortSignal.timeout(INTERVAL_MS) });
    if (response.redirected || response.status === 401) {
      location.reload(); // the login has expired
      return;
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("status");
    if (response.ok && fresh) {
      getById("status").replaceWith(document.adoptNode(fresh));
      getById("when").textContent = select(page, "#when").textContent;
      answeredMs = performance.now();
    }
  } catch {
    // the text below shows it
  }
  const ageMs = performance.now() - answeredMs;
  document.body.dataset.fresh = ageMs < 2 * INTERVAL_MS ? "yes" : "no";
  getById("old").textContent = `No answer from the server: this page is ${formatAge(ageMs / 1000)} old`;
  getById("old").hidden = document.body.dataset.fresh === "yes";
}

attachThemeButton(getById("theme", HTMLButtonElement), () => {});
setInterval(() => document.hidden || refresh(), INTERVAL_MS);
