/** A viewer's own settings of one stream: kept in this browser, and in the address, which is a link. */

const PREFIX = "beamcast:";

export class Preferences {
  #key;

  /** @param {string} stream */
  constructor(stream) {
    this.#key = PREFIX + stream;
  }

  /** What the address says, or else what was kept last. @param {string} name @returns {string} */
  get(name) {
    const asked = new URLSearchParams(location.search).get(name);
    const last = this.#all()[name];
    return asked ?? (typeof last === "string" ? last : "");
  }

  /**
   * @param {string} name
   * @param {string} text empty: as at first
   * @param {boolean} [inAddress] whether it is short enough for one
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
      // a browser that keeps nothing: the address has it all the same
    }
  }

  #all() {
    try {
      return JSON.parse(localStorage.getItem(this.#key) ?? "{}") ?? {};
    } catch {
      return {};
    }
  }
}
