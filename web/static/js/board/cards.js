/**
 * The cards of a board: the description and the rows of each. Frames bring the newest rows; answers of
 * /api/boards bring older ones, and those that frames left out. Pure.
 *
 * A frame with a changed description may be missed. The rows that follow it have an unknown layout, so
 * they are kept apart, as `pending`, until an answer describes them.
 */

import { BadEnvelope } from "../stream/envelope.js";
import { CardRows } from "./card-rows.js";

const MAX_POINTS = 10_000;

/**
 * @typedef {object} CheckedDescription
 * @property {string} id
 * @property {string} type
 * @property {number} v the version of the description
 * @property {number} place
 * @property {number} points how many rows the card shows
 * @property {unknown[]} series their names
 *
 * @typedef {CheckedDescription & Record<string, any>} About a card's description: the fields above are checked,
 *   all others are as the program pushed them (docs/push.md)
 *
 * @typedef {object} Change of one card, in a frame
 * @property {string} id
 * @property {number} v the version of the description that the rows belong to
 * @property {number} n how many rows the card has had, with these
 * @property {import("./card-rows.js").Row[]} rows
 * @property {number} t Unix s on the server's clock
 * @property {unknown} [about]
 *
 * @typedef {About & {n: number, rows: import("./card-rows.js").Row[], t?: number}} AnsweredCard
 *
 * @typedef {object} Card
 * @property {string} id
 * @property {About | null} about null: not described yet
 * @property {CardRows} rows
 * @property {number} missed rows that were missed in those that another description replaced
 * @property {number} t when it changed last, Unix s on the server's clock
 * @property {boolean} mayHaveOlder whether there may be older rows than those that are here
 * @property {boolean} isStale from an earlier epoch: the next data replace it
 * @property {{v: number, t: number, rows: CardRows} | null} pending rows of a version that is not described yet
 *
 * @typedef {Card & {about: About}} DescribedCard
 */

/** @param {Card | undefined} card @returns {card is DescribedCard} */
export function isDescribed(card) {
  return Boolean(card?.about);
}

export class Cards {
  /** @type {Map<string, Card>} */
  all = new Map();
  #epoch = -Infinity;
  #changedS = 0; // when the board changed last, by the newest status
  #reportedS = 0; // the same by the status before, whose changes must be here

  /**
   * Takes the epoch of the ingest that sends now; with a new one the row numbers start again.
   * @param {unknown} epoch
   * @returns {boolean} whether it replaces an earlier one
   */
  setEpoch(epoch) {
    if (typeof epoch !== "number" || epoch <= this.#epoch) {
      return false;
    }
    const isFirst = this.#epoch === -Infinity;
    this.#epoch = epoch;
    for (const card of isFirst ? [] : this.all.values()) {
      card.isStale = true;
      card.pending = null;
    }
    return !isFirst;
  }

  get epoch() {
    return this.#epoch;
  }

  /** The ids of the cards that an answer is needed for. */
  get incomplete() {
    const isIncomplete = (/** @type {Card} */ { pending, mayHaveOlder, rows, isStale }) =>
      pending || mayHaveOlder || rows.hasOpenHoles || isStale;
    return [...this.all.values()].filter(isIncomplete).map(({ id }) => id);
  }

  /**
   * Takes the time of the board's last change from each status.
   * @param {unknown} changedS Unix s on the server's clock
   */
  noteChange(changedS) {
    this.#reportedS = this.#changedS;
    this.#changedS = typeof changedS === "number" ? changedS : 0;
  }

  /**
   * Whether a change is not here that the status before the newest one reported. Its frame was sent before this page
   * watched, and it was stored after this page had asked for the cards.
   */
  get isBehind() {
    const times = [...this.all.values()].map(({ t, pending }) => Math.max(t, pending?.t ?? 0));
    return times.every((t) => t < this.#reportedS) && this.#reportedS > 0;
  }

  /**
   * Applies a frame's changes. Throws BadEnvelope, and then has applied none.
   * @param {unknown} changes
   * @returns {string[]} the ids of the cards whose visible content changed
   */
  update(changes) {
    if (!Array.isArray(changes) || !changes.every(isChange)) {
      throw new BadEnvelope("a board's frame must have cards");
    }
    return changes.filter((change) => this.#change(change)).map(({ id }) => id);
  }

  /**
   * Applies an answer of /api/boards; cards in it that are malformed are left out.
   * @param {unknown} cards
   * @param {boolean} isWhole whether it has all cards that there are
   * @returns {string[]} the ids of the cards whose visible content changed
   */
  updateFromAnswer(cards, isWhole) {
    const answered = Array.isArray(cards) ? cards.filter(isCard) : [];
    const changed = answered.filter((card) => this.#answer(card)).map(({ id }) => id);
    const known = new Set(answered.map(({ id }) => id));
    for (const { id, isStale } of isWhole ? this.all.values() : []) {
      if (isStale && !known.has(id)) {
        this.all.delete(id); // the new ingest has no such card
        changed.push(id);
      }
    }
    return changed;
  }

  /** @param {Change} change @returns {boolean} whether the visible content changed */
  #change({ id, v, n, rows, t, about }) {
    const card = this.all.get(id) ?? this.#create(id, v);
    const first = n - rows.length;
    const described = isObject(about) ? { ...about, n, rows } : null;
    if (isCard(described)) {
      this.#describe(card, /** @type {About} */ (about), v);
      card.mayHaveOlder ||= card.rows.list.length === 0 && first > 0 && rows.length < described.points;
      card.rows.put(first, rows);
      card.t = t;
      return true;
    }
    if (card.isStale || card.about?.v !== v) {
      if (card.pending?.v !== v) {
        card.pending = { v, t, rows: new CardRows(MAX_POINTS) };
      }
      card.pending.t = t;
      card.pending.rows.put(first, rows);
      return false;
    }
    card.rows.put(first, rows);
    card.t = t;
    return true;
  }

  /** @param {AnsweredCard} answered @returns {boolean} whether the visible content changed */
  #answer({ n, rows, t, ...rest }) {
    const about = /** @type {About} */ (rest);
    const card = this.all.get(about.id) ?? this.#create(about.id, about.v);
    const pendingVersion = card.pending?.v ?? -Infinity;
    const version = card.isStale || !card.about ? -Infinity : card.about.v;
    if (about.v < pendingVersion || (about.v < version && about.type !== card.about?.type)) {
      return false; // older than the present description
    }
    if (about.v >= version) {
      this.#describe(card, about, about.v);
    }
    card.mayHaveOlder = false;
    card.rows.put(n - rows.length, rows);
    card.rows.closeHoles(n);
    card.t = Math.max(card.t, t ?? 0);
    return true;
  }

  /** @param {Card} card @param {About} about @param {number} v */
  #describe(card, about, v) {
    if (card.isStale || card.about?.type !== about.type) {
      card.missed += card.rows.missed;
      card.rows = new CardRows(about.points);
      card.t = 0;
    }
    card.about = { ...about, v };
    card.isStale = false;
    card.rows.setLimit(about.points);
    if (card.pending) {
      if (card.pending.v === v) {
        card.rows.merge(card.pending.rows);
        card.t = Math.max(card.t, card.pending.t);
      }
      card.pending = null;
    }
  }

  /** @param {string} id @param {number} v @returns {Card} */
  #create(id, v) {
    const pending = { v, t: 0, rows: new CardRows(MAX_POINTS) };
    const rows = new CardRows(1);
    const card = { id, about: null, rows, missed: 0, t: 0, mayHaveOlder: false, isStale: false, pending };
    this.all.set(id, card);
    return card;
  }
}

/** @param {unknown} value @returns {value is Change} */
function isChange(value) {
  return isObject(value) && hasRows(value) && isCount(value.v) && typeof value.t === "number";
}

/** @param {unknown} value @returns {value is AnsweredCard} */
function isCard(value) {
  if (!isObject(value)) {
    return false;
  }
  const { type, v, place, points, series, t } = value;
  return (
    typeof type === "string" && [v, place].every(isCount) && isCount(points) && points > 0 &&
    points <= MAX_POINTS && Array.isArray(series) && hasRows(value) && (t === undefined || typeof t === "number")
  );
}

/** @param {Record<string, unknown>} value */
function hasRows({ id, n, rows }) {
  return typeof id === "string" && isCount(n) && Array.isArray(rows) && rows.every(Array.isArray) && rows.length <= n;
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return value !== null && typeof value === "object";
}

/** @param {unknown} value @returns {value is number} */
function isCount(value) {
  return Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;
}
