/** Asks the server what cards show. */

const ANSWER_WITHIN_MS = 15_000;
const MOST_IDS = 50; // an address has its limits; what is more is asked for with all

/**
 * @param {string} board
 * @param {string[] | null} ids of which; null: all
 * @returns {Promise<unknown>} the cards; null: no answer
 */
export async function fetchCards(board, ids) {
  const address = new URL(`/api/boards/${encodeURIComponent(board)}`, location.href);
  if (ids && ids.length <= MOST_IDS) {
    ids.forEach((id) => address.searchParams.append("card", id));
  }
  try {
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    return answer.ok ? (await answer.json()).cards : null;
  } catch {
    return null; // the connection says that there is no server
  }
}
