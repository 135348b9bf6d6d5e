/** The view of a card whose module is loaded when the first such card is shown. */

import { MessageView } from "./message-view.js";
import { requestRedraw } from "./draw-scheduler.js";

const NOT_LOADED = "The code that draws this card could not be loaded. Reload the page: the server may have been updated.";

/**
 * @typedef {import("./card-views.js").Content} Content
 * @typedef {import("./card-views.js").View} View
 * @typedef {import("./card-views.js").ViewClass} ViewClass
 */

/** Return the class of a view that another module has. @param {() => Promise<ViewClass>} load @returns {ViewClass} */
export function lazyView(load) {
  return class {
    /** @type {View | null} */
    #view = null;
    #isRemoved = false;

    /** @param {HTMLElement} host empty @param {string} name @param {string} type */
    constructor(host, name, type) {
      const show = (/** @type {() => View} */ create) => {
        if (!this.#isRemoved) {
          this.#view = create();
          requestRedraw(host);
        }
      };
      load().then(
        (Class) => show(() => new Class(host, name, type)),
        () => show(() => new MessageView(host, NOT_LOADED, null)),
      );
    }

    /** @param {Content} content */
    show(content) {
      this.#view?.show(content);
    }

    get isLoading() {
      return this.#view === null;
    }

    restyle() {
      this.#view?.restyle();
    }

    remove() {
      this.#isRemoved = true;
      this.#view?.remove();
    }

    get canvas() {
      return this.#view?.canvas ?? null;
    }

    get summary() {
      return this.#view?.summary;
    }
  };
}
