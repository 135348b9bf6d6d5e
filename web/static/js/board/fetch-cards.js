/** Fetches a board's cards from the server. */

const TIMEOUT_MS = 15_000;
const MAX_IDS = 50; // the length of an address is limited; for more ids all cards are fetched

/**
 * @param {string} board
 * @param {string[] | null} ids null: all cards
 * @returns {Promise<unknown>} the cards; null: no answer
 */
export async function fetchCards(board, ids) {
  const address = new URL(`/api/boards/${encodeURIComponent(board)}`, location.href);
  if (ids && ids.length <= MAX_IDS) {
    ids.forEach((id) => address.searchParams.append("card", id));
  }
  try {
    const response = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? (await response.json()).cards : null;
  } catch {
    return null; // the connection's state shows that the server is unreachable
  }
}
