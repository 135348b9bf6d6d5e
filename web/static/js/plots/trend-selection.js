/** Which scalars' trends are shown, and against what; as text for a link. Pure. */

export const MAX_TRENDS = 6;
const LONGEST_NAME = 256;

/**
 * @typedef {object} Choice
 * @property {string} name
 * @property {string} against another scalar, or empty: time
 */

export class TrendSelection {
  /** @type {Choice[]} in the order in which they were chosen */
  list = [];

  /** @param {string} name */
  has(name) {
    return this.list.some((choice) => choice.name === name);
  }

  /**
   * Chooses a scalar, or no longer.
   * @param {string} name
   * @returns {boolean} false: as many as there may be are chosen
   */
  toggle(name) {
    if (this.has(name)) {
      this.list = this.list.filter((choice) => choice.name !== name);
      return true;
    }
    if (this.list.length === MAX_TRENDS) {
      return false;
    }
    this.list = [...this.list, { name, against: "" }];
    return true;
  }

  /** @param {string} name @param {string} against */
  compare(name, against) {
    this.list = this.list.map((choice) => (choice.name === name ? { name, against } : choice));
  }

  clear() {
    this.list = [];
  }

  /** `energy,charge~energy`: the second against the first. */
  toText() {
    return this.list
      .map(({ name, against }) => escaped(name) + (against ? `~${escaped(against)}` : ""))
      .join(",");
  }

  /** Takes what it can read of a link. @param {string} text */
  fromText(text) {
    this.clear();
    for (const part of text.split(",")) {
      const [name, against = ""] = part.split("~").map(unescaped);
      const isName = name && name.length <= LONGEST_NAME && against.length <= LONGEST_NAME;
      if (isName && !this.has(name) && this.toggle(name)) {
        this.compare(name, against);
      }
    }
  }
}

/** @param {string} name */
function escaped(name) {
  return name.replace(/[%,~]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
}

/** @param {string} text */
function unescaped(text) {
  return text.replace(/%(25|2c|7e)/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
}
