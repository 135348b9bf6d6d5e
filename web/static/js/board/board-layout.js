/**
 * How one viewer has arranged a board: which cards stand elsewhere than they came, are hidden, have
 * another size or are paused; as a text for an address. Pure: a change makes another layout.
 *
 * `m=ID@PLACE,…;h=ID,…;s=ID@WIDTHxHEIGHT,…;p=ID,…` with ids as addresses write them.
 */

const MOST = 500; // of each
const LEAST_PX = 50;
const MOST_PX = 8000;

/** @typedef {{width: number, height: number}} Size in CSS pixels */

export class BoardLayout {
  /**
   * @param {Map<string, number>} [moved] id → which card it is, from 0, hidden ones counted
   * @param {Set<string>} [hidden]
   * @param {Map<string, Size>} [sizes]
   * @param {Set<string>} [paused]
   */
  constructor(moved = new Map(), hidden = new Set(), sizes = new Map(), paused = new Set()) {
    this.moved = moved;
    this.hidden = hidden;
    this.sizes = sizes;
    this.paused = paused;
  }

  /** What is odd in it is left. @param {string} text */
  static of(text) {
    const parts = new Map(text.split(";").map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]));
    const entries = (/** @type {string} */ key) =>
      (parts.get(key) ?? "").split(",").filter(Boolean).slice(0, MOST).map((entry) => {
        const [id, value = ""] = entry.split("@");
        return /** @type {[string, string]} */ ([decoded(id), value]);
      }).filter(([id]) => id);
    const ids = (/** @type {string} */ key) => new Set(entries(key).map(([id]) => id));
    const places = entries("m").filter(([, value]) => /^\d{1,4}$/.test(value));
    const sizes = entries("s").filter(([, value]) => /^\d{2,4}x\d{2,4}$/.test(value));
    return new BoardLayout(
      new Map(places.map(([id, value]) => [id, Number(value)])),
      ids("h"),
      new Map(sizes.map(([id, value]) => [id, sizeOf(value)])),
      ids("p"),
    );
  }

  get text() {
    const written = [
      ["m", [...this.moved].map(([id, place]) => `${encoded(id)}@${place}`)],
      ["h", [...this.hidden].map(encoded)],
      ["s", [...this.sizes].map(([id, { width, height }]) => `${encoded(id)}@${width}x${height}`)],
      ["p", [...this.paused].map(encoded)],
    ];
    return written.filter(([, entries]) => entries.length).map(([key, entries]) => `${key}=${entries}`).join(";");
  }

  /** The cards as they are to stand. @param {string[]} ids as they came */
  order(ids) {
    const order = ids.filter((id) => !this.moved.has(id));
    const there = new Set(ids);
    const moved = [...this.moved].filter(([id]) => there.has(id)).sort(([, one], [, other]) => one - other);
    for (const [id, place] of moved) {
      order.splice(place, 0, id);
    }
    return order;
  }

  /**
   * @param {string[]} ids as they came
   * @param {string} id one of them
   * @param {string | null} before which it is to stand; null: at the end
   */
  placed(ids, id, before) {
    const order = this.order(ids).filter((other) => other !== id);
    order.splice(before === null ? order.length : order.indexOf(before), 0, id);
    // Who was moved before is moved on by this one.
    const moved = [...this.moved].map(([other, place]) => [other, order.includes(other) ? order.indexOf(other) : place]);
    return this.#with({ moved: new Map([...moved, [id, order.indexOf(id)]]) });
  }

  /** @param {string} id @param {boolean} hidden */
  hiding(id, hidden) {
    return this.#with({ hidden: toggled(this.hidden, id, hidden) });
  }

  /** @param {string} id @param {boolean} paused */
  pausing(id, paused) {
    return this.#with({ paused: toggled(this.paused, id, paused) });
  }

  /** @param {string} id @param {Size} size */
  sized(id, { width, height }) {
    const size = { width: within(width), height: within(height) };
    return this.#with({ sizes: new Map([...this.sizes, [id, size]]) });
  }

  /** @param {Partial<BoardLayout>} change */
  #with({ moved, hidden, sizes, paused }) {
    return new BoardLayout(moved ?? this.moved, hidden ?? this.hidden, sizes ?? this.sizes, paused ?? this.paused);
  }
}

function toggled(set, id, on) {
  const others = [...set].filter((other) => other !== id);
  return new Set(on ? [...others, id] : others);
}

function sizeOf(text) {
  const [width, height] = text.split("x").map(Number);
  return { width: within(width), height: within(height) };
}

function within(px) {
  return Math.min(MOST_PX, Math.max(LEAST_PX, Math.round(px)));
}

/** Also what encodeURIComponent would leave, as a link's end may be cut off at it. */
function encoded(id) {
  return encodeURIComponent(id.toWellFormed()).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
