/**
 * How one viewer arranged a board: which cards are moved, hidden, resized or paused, and the text for an
 * address that keeps it. Pure and immutable: a change returns another layout.
 *
 * `m=ID@PLACE,…;h=ID,…;s=ID@WIDTHxHEIGHT,…;p=ID,…` with percent-encoded ids.
 */

const MAX_ENTRIES = 500; // of each kind
const MIN_SIZE_PX = 50;
const MAX_SIZE_PX = 8000;

/** @typedef {{width: number, height: number}} Size in CSS pixels */

export class BoardLayout {
  /**
   * @param {Map<string, number>} [moved] id → place from 0, hidden cards counted
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

  /** Return the layout that a text describes; malformed parts are ignored. @param {string} text */
  static fromText(text) {
    const parts = new Map(text.split(";").map((part) => {
      const end = part.indexOf("=");
      return [part.slice(0, end), part.slice(end + 1)];
    }));
    const entries = (/** @type {string} */ key) =>
      (parts.get(key) ?? "").split(",").filter(Boolean).slice(0, MAX_ENTRIES).map((entry) => {
        const [id, value = ""] = entry.split("@");
        return /** @type {[string, string]} */ ([decode(id), value]);
      }).filter(([id]) => id);
    const ids = (/** @type {string} */ key) => new Set(entries(key).map(([id]) => id));
    const places = entries("m").filter(([, value]) => /^\d{1,4}$/.test(value));
    const sizes = entries("s").filter(([, value]) => /^\d{2,4}x\d{2,4}$/.test(value));
    return new BoardLayout(
      new Map(places.map(([id, value]) => [id, Number(value)])),
      ids("h"),
      new Map(sizes.map(([id, value]) => [id, parseSize(value)])),
      ids("p"),
    );
  }

  get text() {
    /** @type {[string, string[]][]} */
    const parts = [
      ["m", [...this.moved].map(([id, place]) => `${encode(id)}@${place}`)],
      ["h", [...this.hidden].map(encode)],
      ["s", [...this.sizes].map(([id, { width, height }]) => `${encode(id)}@${width}x${height}`)],
      ["p", [...this.paused].map(encode)],
    ];
    return parts.filter(([, entries]) => entries.length).map(([key, entries]) => `${key}=${entries}`).join(";");
  }

  /** Return the ids in this layout's order. @param {string[]} ids in the board's order */
  order(ids) {
    const order = ids.filter((id) => !this.moved.has(id));
    const present = new Set(ids);
    const moved = [...this.moved].filter(([id]) => present.has(id)).sort(([, one], [, other]) => one - other);
    for (const [id, place] of moved) {
      order.splice(place, 0, id);
    }
    return order;
  }

  /**
   * @param {string[]} ids in the board's order
   * @param {string} id one of them
   * @param {string | null} before the card that it is to precede; null: at the end
   */
  withPlace(ids, id, before) {
    const order = this.order(ids).filter((other) => other !== id);
    order.splice(before === null ? order.length : order.indexOf(before), 0, id);
    const moved = new Map(this.moved);
    for (const [other, place] of this.moved) {
      moved.set(other, order.includes(other) ? order.indexOf(other) : place); // this one may have shifted it
    }
    return this.#with({ moved: moved.set(id, order.indexOf(id)) });
  }

  /** @param {string} id @param {boolean} isHidden */
  withHidden(id, isHidden) {
    return this.#with({ hidden: toggle(this.hidden, id, isHidden) });
  }

  /** @param {string} id @param {boolean} isPaused */
  withPaused(id, isPaused) {
    return this.#with({ paused: toggle(this.paused, id, isPaused) });
  }

  /** @param {string} id @param {Size} size */
  withSize(id, { width, height }) {
    const size = { width: limit(width), height: limit(height) };
    return this.#with({ sizes: new Map([...this.sizes, [id, size]]) });
  }

  /** @param {Partial<BoardLayout>} change */
  #with({ moved, hidden, sizes, paused }) {
    return new BoardLayout(moved ?? this.moved, hidden ?? this.hidden, sizes ?? this.sizes, paused ?? this.paused);
  }
}

/** @param {Set<string>} ids @param {string} id @param {boolean} isIn */
function toggle(ids, id, isIn) {
  const others = [...ids].filter((other) => other !== id);
  return new Set(isIn ? [...others, id] : others);
}

/** @param {string} text @returns {Size} */
function parseSize(text) {
  const [width, height] = text.split("x").map(Number);
  return { width: limit(width), height: limit(height) };
}

/** @param {number} px */
function limit(px) {
  return Math.min(MAX_SIZE_PX, Math.max(MIN_SIZE_PX, Math.round(px)));
}

/** Also encodes what encodeURIComponent leaves, as programs that find links in texts may cut them there. */
function encode(/** @type {string} */ id) {
  const hex = (/** @type {string} */ sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(id.toWellFormed()).replace(/[!'()*]/g, hex);
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
