/**
 * What is known of a board's cards: each has its description and its rows, of which frames bring the
 * newest, and an answer of /api/boards what was before and what frames left out. Pure.
 *
 * A frame may be missed that told of another description. CardRows that come then are of an unknown kind,
 * and wait beside the card until an answer describes them.
 */

import { BadEnvelope } from "../stream/envelope.js";
import { CardRows } from "./card-rows.js";

const MOST_POINTS = 10_000;

/**
 * @typedef {Record<string, any>} About id, type, v, place, points, series, axis, and what the pusher said
 *
 * @typedef {object} Card
 * @property {string} id
 * @property {About | null} about null: not described yet
 * @property {CardRows} rows
 * @property {number} missed rows, in those that another description replaced
 * @property {number} t when it changed last, Unix s on the server's clock
 * @property {boolean} early whether there may be older rows than those that are here
 * @property {boolean} past of another ingest: what comes next replaces it
 * @property {{v: number, t: number, rows: CardRows} | null} next what came in a version that nobody described
 */

export class Cards {
  /** @type {Map<string, Card>} */
  all = new Map();
  #epoch = -Infinity;

  /**
   * The numbers of another ingest begin anew.
   * @param {unknown} epoch
   * @returns {boolean} whether it is another one
   */
  began(epoch) {
    if (typeof epoch !== "number" || epoch <= this.#epoch) {
      return false;
    }
    const isFirst = this.#epoch === -Infinity;
    this.#epoch = epoch;
    for (const card of isFirst ? [] : this.all.values()) {
      card.past = true;
      card.next = null;
    }
    return !isFirst;
  }

  get epoch() {
    return this.#epoch;
  }

  /** What an answer is needed for: ids. */
  get wanted() {
    const wants = (/** @type {Card} */ card) => card.next || card.early || card.rows.isTorn || card.past;
    return [...this.all.values()].filter(wants).map(({ id }) => id);
  }

  /**
   * Takes a frame's changes; throws BadEnvelope, and then has taken none.
   * @param {unknown} changes
   * @returns {string[]} the ids of the cards that show something else now
   */
  came(changes) {
    if (!Array.isArray(changes) || !changes.every(isChange)) {
      throw new BadEnvelope("a board's frame must have cards");
    }
    return changes.filter((change) => this.#change(change)).map(({ id }) => id);
  }

  /**
   * Takes an answer.
   * @param {unknown} cards
   * @param {boolean} whole whether it has all cards that there are
   * @returns {string[]} ids of cards that show something else now, or are gone
   */
  answered(cards, whole) {
    const told = Array.isArray(cards) ? cards.filter(isCard) : [];
    const changed = told.filter((about) => this.#answer(about)).map(({ id }) => id);
    const known = new Set(told.map(({ id }) => id));
    for (const { id, past } of whole ? this.all.values() : []) {
      if (past && !known.has(id)) {
        this.all.delete(id); // the other ingest has no such card
        changed.push(id);
      }
    }
    return changed;
  }

  #change({ id, v, n, rows, t, about }) {
    const card = this.all.get(id) ?? this.#made(id, v);
    const first = n - rows.length;
    if (about && isCard({ ...about, n, rows })) {
      this.#describe(card, about, v);
      card.early ||= card.rows.list.length === 0 && first > 0 && rows.length < about.points;
      card.rows.put(first, rows);
      card.t = t;
      return true;
    }
    if (card.past || card.about?.v !== v) {
      if (card.next?.v !== v) {
        card.next = { v, t, rows: new CardRows(MOST_POINTS) };
      }
      card.next.t = t;
      card.next.rows.put(first, rows);
      return false;
    }
    card.rows.put(first, rows);
    card.t = t;
    return true;
  }

  #answer({ n, rows, t, ...about }) {
    const card = this.all.get(about.id) ?? this.#made(about.id, about.v);
    const waits = card.next?.v ?? -Infinity;
    const had = card.past || !card.about ? -Infinity : card.about.v;
    if (about.v < waits || (about.v < had && about.type !== card.about.type)) {
      return false; // it is of before what is known already
    }
    if (about.v >= had) {
      this.#describe(card, about, about.v);
    }
    card.early = false;
    card.rows.put(n - rows.length, rows);
    card.rows.settle(n);
    card.t = Math.max(card.t, t);
    return true;
  }

  /** @param {Card} card @param {About} about @param {number} v */
  #describe(card, about, v) {
    if (card.past || card.about?.type !== about.type) {
      card.missed += card.rows.missed;
      card.rows = new CardRows(about.points);
      card.t = 0;
    }
    card.about = { ...about, v };
    card.past = false;
    card.rows.setLimit(about.points);
    if (card.next) {
      if (card.next.v === v) {
        card.rows.merge(card.next.rows);
        card.t = Math.max(card.t, card.next.t);
      }
      card.next = null;
    }
  }

  /** @returns {Card} */
  #made(id, v) {
    const next = { v, t: 0, rows: new CardRows(MOST_POINTS) };
    const card = { id, about: null, rows: new CardRows(1), missed: 0, t: 0, early: false, past: false, next };
    this.all.set(id, card);
    return card;
  }
}

function isChange(change) {
  return isObject(change) && hasRows(change) && isCount(change.v) && typeof change.t === "number";
}

function isCard(card) {
  const { type, v, place, points, series, t } = isObject(card) ? card : {};
  return (
    typeof type === "string" && [v, place].every(isCount) && isCount(points) && points > 0 &&
    points <= MOST_POINTS && Array.isArray(series) && hasRows(card) && (t === undefined || typeof t === "number")
  );
}

function hasRows({ id, n, rows }) {
  return typeof id === "string" && isCount(n) && Array.isArray(rows) && rows.every(Array.isArray) && rows.length <= n;
}

function isObject(value) {
  return value !== null && typeof value === "object";
}

function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}
