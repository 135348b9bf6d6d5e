/** The scalars whose trends are shown, each over time or against another scalar; as text for the address. Pure. */

export const MAX_TRENDS = 6;
const MAX_NAME_LENGTH = 256;

/**
 * @typedef {object} Trend
 * @property {string} name
 * @property {string} against another scalar, or empty: time
 */

export class TrendSelection {
  /** @type {Trend[]} in the order of selection */
  trends = [];

  /** @param {string} name */
  has(name) {
    return this.trends.some((trend) => trend.name === name);
  }

  /**
   * Select a scalar, or deselect it.
   * @param {string} name
   * @returns {boolean} false: the limit is reached
   */
  toggle(name) {
    if (this.has(name)) {
      this.trends = this.trends.filter((trend) => trend.name !== name);
      return true;
    }
    if (this.trends.length === MAX_TRENDS) {
      return false;
    }
    this.trends = [...this.trends, { name, against: "" }];
    return true;
  }

  /** @param {string} name @param {string} against */
  compare(name, against) {
    this.trends = this.trends.map((trend) => (trend.name === name ? { name, against } : trend));
  }

  clear() {
    this.trends = [];
  }

  /** Format for the address: `energy,charge~energy` has the charge against the energy. */
  toText() {
    return this.trends
      .map(({ name, against }) => escapeName(name) + (against ? `~${escapeName(against)}` : ""))
      .join(",");
  }

  /** Read the address's text, without the parts that are invalid. @param {string} text */
  fromText(text) {
    this.clear();
    for (const part of text.split(",")) {
      const [name, against = ""] = part.split("~").map(unescapeName);
      const isValid = name && name.length <= MAX_NAME_LENGTH && against.length <= MAX_NAME_LENGTH;
      if (isValid && !this.has(name) && this.toggle(name)) {
        this.compare(name, against);
      }
    }
  }
}

/** @param {string} name */
function escapeName(name) {
  return name.replace(/[%,~]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
}

/** @param {string} text */
function unescapeName(text) {
  return text.replace(/%(25|2c|7e)/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
}
