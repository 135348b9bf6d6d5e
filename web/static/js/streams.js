/** The stream's name in the header; a choice where the server knows more than one. */

const EVERY_MS = 10_000;

/**
 * @param {HTMLSelectElement} select
 * @param {string} stream the one on this page
 */
export function offerStreams(select, stream) {
  select.addEventListener("change", () => {
    location.assign(`/view/${encodeURIComponent(select.value)}`);
  });
  const look = async () => {
    if (document.visibilityState === "visible") {
      offer(select, stream, await known());
    }
  };
  offer(select, stream, []);
  setInterval(look, EVERY_MS);
  look();
}

/** @returns {Promise<string[]>} empty when the server cannot say */
async function known() {
  try {
    const answer = await fetch("/api/streams", { headers: { Accept: "application/json" } });
    const { streams } = answer.ok ? await answer.json() : {};
    return Array.isArray(streams) ? streams.map((one) => String(one.stream)) : [];
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
