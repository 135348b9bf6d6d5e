/** The stream's name in the header, and a choice of others where the server knows more. */

import { PollSchedule } from "../stream/poll-schedule.js";

const TIMEOUT_MS = 5000;

/**
 * @param {HTMLSelectElement} select
 * @param {string} stream the one on this page
 * @param {import("../lib/timers.js").Timers} timers
 * @returns {PollSchedule} which has to know whether the page is visible
 */
export function attachStreamPicker(select, stream, timers) {
  const schedule = new PollSchedule(async () => offer(select, stream, await fetchStreamNames()), timers);
  select.addEventListener("change", () => {
    location.assign(`/view/${encodeURIComponent(select.value)}`); // each stream has its own settings
  });
  for (const event of ["focus", "pointerdown"]) {
    select.addEventListener(event, () => schedule.poll());
  }
  offer(select, stream, []);
  return schedule;
}

/** Links to the known streams, on the page of a stream that is unknown. */
export class StreamOffer {
  #list;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
  }

  /** @param {boolean} isUnknown whether the page's stream is */
  async show(isUnknown) {
    if (isUnknown === !this.#list.hidden) {
      return;
    }
    this.#list.hidden = !isUnknown;
    if (isUnknown) {
      this.#list.replaceChildren(...(await fetchStreamNames()).map(createLink));
    }
  }
}

/** @param {string} stream */
function createLink(stream) {
  const link = document.createElement("a");
  link.className = "btn";
  link.href = `/view/${encodeURIComponent(stream)}`;
  link.textContent = stream;
  return link;
}

/** @returns {Promise<string[]>} empty when the server does not answer */
export async function fetchStreamNames() {
  return (await fetchStatuses()).map(({ stream }) => String(stream));
}

/** @returns {Promise<Record<string, any>[]>} of all known streams; empty when the server does not answer */
export async function fetchStatuses() {
  try {
    const response = await fetch("/api/streams", {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { streams } = response.ok ? await response.json() : {};
    return Array.isArray(streams) ? streams : [];
  } catch {
    return []; // the connection's state shows that the server is unreachable
  }
}

/** @param {HTMLSelectElement} select @param {string} stream @param {string[]} known */
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
