/** The page `/status`: fetches itself again every few seconds, and shows its age when that fails. */

import { getById, select } from "./lib/dom.js";
import { formatAge } from "./lib/format.js";
import { attachThemeButton } from "./page/theme.js";
import { StatusTable } from "./status/status-table.js";

const INTERVAL_MS = 3000;
/** Parts that are taken from the server as they are. */
const PARTS = ["fault", "system"];
let answeredMs = performance.now();

const table = new StatusTable((counts) => {
  const summary = getById("summary");
  if (summary.dataset.is === "live" && counts.losing > 0) {
    summary.dataset.is = "look";
    summary.textContent = `${counts.losing} losing`;
  }
});

async function refresh() {
  try {
    const response = await fetch("/status", { cache: "no-store", signal: AbortSignal.timeout(INTERVAL_MS) });
    if (response.redirected || response.status === 401) {
      location.reload(); // the login has expired
      return;
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (response.ok && page.getElementById("status")) {
      answeredMs = performance.now();
      show(page);
    }
  } catch {
    // the text below shows it
  }
  const ageMs = performance.now() - answeredMs;
  document.body.dataset.fresh = ageMs < 2 * INTERVAL_MS ? "yes" : "no";
  getById("old").textContent = `No answer from the server: this page is ${formatAge(ageMs / 1000)} old`;
  getById("old").hidden = document.body.dataset.fresh === "yes";
}

/** @param {Document} page as the server has it now */
function show(page) {
  for (const id of PARTS) {
    const [present, fresh] = [getById(id), select(page, `#${id}`)];
    if (present.innerHTML !== fresh.innerHTML) {
      present.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
    }
  }
  document.title = page.title;
  getById("when").textContent = select(page, "#when").textContent;
  getById("summary").replaceWith(document.adoptNode(select(page, "#summary")));
  select(document, ".streams", HTMLElement).hidden = select(page, ".streams", HTMLElement).hidden;
  table.update(page, answeredMs / 1000);
}

attachThemeButton(getById("theme", HTMLButtonElement), () => {});
setInterval(() => document.hidden || refresh(), INTERVAL_MS);
