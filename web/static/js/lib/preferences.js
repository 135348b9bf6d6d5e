/** A viewer's settings for one stream, stored in this browser and in the page's address, which can be shared. */

const PREFIX = "beamcast:";

/** Settings of which a link has all or none: it shows the same to everyone, whatever their browsers remember. */
const OF_LINKS = [
  "look",
  "view",
  "overlay",
  "precise",
  "regions",
  "image",
  "mean",
  "rendition",
  "trends",
  "span",
  "pixel",
  "marker",
  "line",
  "edges",
  "mask",
  "range",
];

export class Preferences {
  #key;
  /** the settings of a link that came from this browser's memory, and have not been changed since */
  #remembered = new Set();
  #isLink;
  #ownsAddress;

  /** @param {string} stream @param {boolean} [ownsAddress] whether the address is that of this stream's view */
  constructor(stream, ownsAddress = false) {
    this.#key = PREFIX + stream;
    this.#ownsAddress = ownsAddress;
    const address = new URLSearchParams(location.search);
    this.#isLink = ownsAddress && OF_LINKS.some((name) => address.has(name));
  }

  /** A link that shows to everyone what is seen here: with all settings, or else with one that says so. */
  get link() {
    const address = new URL(location.href);
    if (!OF_LINKS.some((name) => address.searchParams.has(name))) {
      address.searchParams.set("view", "fit");
    }
    return address.href;
  }

  /** Settings that this browser remembered and the address did not have. @returns {ReadonlySet<string>} */
  get remembered() {
    return this.#remembered;
  }

  /**
   * Return the setting in the address, or else the stored one; "": the default. In a link what is missing has its
   * default. A remembered setting is added to the address.
   * @param {string} name
   * @returns {string}
   */
  get(name) {
    const address = new URL(location.href);
    const inAddress = address.searchParams.get(name);
    const isOfLinks = OF_LINKS.includes(name);
    if (inAddress !== null || (isOfLinks && this.#isLink)) {
      return inAddress ?? "";
    }
    const stored = this.#all()[name];
    const text = typeof stored === "string" ? stored : "";
    if (text && isOfLinks && this.#ownsAddress) {
      this.#remembered.add(name);
      address.searchParams.set(name, text);
      history.replaceState(null, "", address);
    }
    return text;
  }

  /**
   * @param {string} name
   * @param {string} text "": the default
   * @param {boolean} [inAddress] whether the text is short enough for the address
   */
  set(name, text, inAddress = true) {
    if (text !== (this.#all()[name] ?? "")) {
      this.#remembered.delete(name);
    }
    const address = new URL(location.href);
    const inIt = text && inAddress ? text : null;
    if (address.searchParams.get(name) !== inIt) {
      if (inIt === null) {
        address.searchParams.delete(name);
      } else {
        address.searchParams.set(name, inIt);
      }
      history.replaceState(null, "", address);
    }
    try {
      localStorage.setItem(this.#key, JSON.stringify({ ...this.#all(), [name]: text }));
    } catch {
      // the browser stores nothing; the address still has the setting
    }
  }

  /** @returns {Record<string, unknown>} */
  #all() {
    try {
      return JSON.parse(localStorage.getItem(this.#key) ?? "{}") ?? {};
    } catch {
      return {};
    }
  }
}
