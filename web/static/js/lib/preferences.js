/** A viewer's settings for one stream, stored in this browser and in the page's address, which can be shared. */

const PREFIX = "beamcast:";

export class Preferences {
  #key;

  /** @param {string} stream */
  constructor(stream) {
    this.#key = PREFIX + stream;
  }

  /**
   * Return the setting in the address, or else the stored one; "": the default.
   * @param {string} name
   * @returns {string}
   */
  get(name) {
    const inAddress = new URLSearchParams(location.search).get(name);
    const stored = this.#all()[name];
    return inAddress ?? (typeof stored === "string" ? stored : "");
  }

  /**
   * @param {string} name
   * @param {string} text "": the default
   * @param {boolean} [inAddress] whether the text is short enough for the address
   */
  set(name, text, inAddress = true) {
    const address = new URL(location.href);
    if (text && inAddress) {
      address.searchParams.set(name, text);
    } else {
      address.searchParams.delete(name);
    }
    history.replaceState(null, "", address);
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
