/** The stream's name in the header; a choice where the server knows more than one. */

import { Asking } from "../stream/poll-schedule.js";

const ANSWER_WITHIN_MS = 5000;

/**
 * @param {HTMLSelectElement} select
 * @param {string} stream the one on this page
 * @param {import("../stream/connection.js").Timers} timers
 * @returns {Asking} to be told when the page is seen
 */
export function attachStreamPicker(select, stream, timers) {
  const asking = new Asking(async () => offer(select, stream, await fetchStreamNames()), timers);
  select.addEventListener("change", () => {
    location.assign(`/view/${encodeURIComponent(select.value)}`); // each stream has its own settings
  });
  for (const opened of ["focus", "pointerdown"]) {
    select.addEventListener(opened, () => asking.now());
  }
  offer(select, stream, []);
  return asking;
}

/** @returns {Promise<string[]>} names; empty when the server cannot say */
export async function fetchStreamNames() {
  return (await fetchStatuses()).map(({ stream }) => String(stream));
}

/** @returns {Promise<Record<string, any>[]>} of all known streams; empty when the server cannot say */
export async function fetchStatuses() {
  try {
    const answer = await fetch("/api/streams", {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const { streams } = answer.ok ? await answer.json() : {};
    return Array.isArray(streams) ? streams : [];
  } catch {
    return []; // no server just now: the connection says so
  }
}

function offer(select, stream, known) {
  const names = [...new Set([stream, ...known])].sort();
  const offered = Array.from(select.options, (option) => option.value);
  if (known.length === 0 && offered.length > 0) {
    return;
  }
  if (names.join() !== offered.join()) {
    select.replaceChildren(...names.map((name) => new Option(name, name, false, name === stream)));
  }
  select.disabled = names.length < 2;
}
