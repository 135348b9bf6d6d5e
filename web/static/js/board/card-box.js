/** One card on the page: its head, its view, and what this viewer did with it. */

import { select, write } from "../lib/dom.js";
import { measureDraw } from "../plots/draw-timing.js";
import { formatAgo, formatCount } from "../lib/format.js";
import { nowS } from "../lib/timers.js";
import { Freshness } from "./freshness.js";
import { createView } from "./card-views.js";
import { SlowDrawing } from "./slow-drawing.js";
import { MessageView } from "./message-view.js";
import { requestRedraw } from "./draw-scheduler.js";

/**
 * @typedef {import("./card-views.js").Content} Content
 * @typedef {Content & {end: number}} Snapshot what a paused card shows; `end`: how many rows there were
 */

export class CardBox {
  element;
  #isVisible = false;
  /** this viewer cleared the rows before this number */
  #clearedEnd = 0;
  #card;
  #freshness = new Freshness();
  /** @type {import("./card-views.js").View | null} */
  #view = null;
  #type = "";
  /** @type {Snapshot | null} */
  #snapshot = null;
  #isPaused = false;
  #isStyleStale = false;
  #slowDrawing = new SlowDrawing();

  /**
   * @param {import("./cards.js").DescribedCard} card
   * @param {HTMLElement} element a copy of the page's template
   */
  constructor(card, element) {
    this.#card = card;
    this.element = element;
    element.dataset.id = card.id;
    this.#renderName();
  }

  get id() {
    return this.#card.id;
  }

  get name() {
    return String(this.#card.about.name || this.id);
  }

  get about() {
    return this.#card.about;
  }

  get isVisible() {
    return this.#isVisible;
  }

  set isVisible(isVisible) {
    this.#isVisible = isVisible;
    this.#view?.setVisible?.(isVisible);
  }

  get isPaused() {
    return this.#isPaused;
  }

  /** Takes the card's new data; `draw` shows them. @param {import("./cards.js").DescribedCard} card */
  update(card) {
    this.#card = card;
    this.#freshness.onChange(card.t);
    this.#clearedEnd = Math.min(this.#clearedEnd, card.rows.end); // the numbers may have started again
    this.#renderName();
  }

  /**
   * Draws the card. A view that throws is replaced by a message, and created again for the next drawing;
   * one that takes too long is stopped until the viewer asks for it.
   */
  draw() {
    const { content } = this;
    try {
      measureDraw(nowS, () => this.#draw(content), (tookS) => this.#slowDrawing.record(tookS) && this.#stopSlow(tookS));
    } catch (error) {
      this.#stop(`This card could not be drawn: ${error instanceof Error ? error.message : error}`, null);
      this.#type = "";
    }
    if (this.#view?.isLoading) {
      return; // it is drawn again
    }
    const isEmpty = this.#clearedEnd > 0 && content.list.length === 0; // pictures have no rows
    this.element.dataset.empty = isEmpty ? "yes" : "no";
    this.element.dataset.rows = String(content.list.length);
    this.element.dataset.holes = String(content.list.filter((row) => row === undefined).length);
    this.element.dataset.end = String(content.first + content.list.length);
  }

  /** @param {Content} content */
  #draw(content) {
    let view = this.#view;
    if (!view || content.about.type !== this.#type) {
      view?.remove();
      this.#part("place").replaceChildren();
      this.#type = content.about.type;
      this.element.dataset.type = this.#type;
      this.#slowDrawing.reset();
      view = this.#view = createView(this.#type, this.#part("place"), this.name);
      view.setPaused?.(this.#isPaused);
    }
    if (this.#isStyleStale) {
      this.#isStyleStale = false;
      view.restyle();
    }
    view.show(content);
    write(this.#part("summary"), view.summary ?? "");
  }

  /** @param {number} tookS */
  #stopSlow(tookS) {
    const cause = `Drawing this card takes ${tookS.toFixed(1)} s, so it is no longer drawn automatically.`;
    this.#stop(`${cause} Push fewer points.`, () => {
      this.#type = "";
      requestRedraw(this.element);
    });
  }

  /** @param {string} message @param {(() => void) | null} retry */
  #stop(message, retry) {
    try {
      this.#view?.remove();
    } catch {
      // The view failed already.
    }
    this.#view = new MessageView(this.#part("place"), message, retry);
  }

  /**
   * What the card shows: its data or, while it is paused, its snapshot, without what was cleared.
   * @returns {Content}
   */
  get content() {
    const { about, list, first, t } = this.#snapshot ?? this.#current;
    const cleared = Math.max(0, Math.min(this.#clearedEnd - first, list.length));
    return { about, list: cleared ? list.slice(cleared) : list, first: first + cleared, t };
  }

  get view() {
    return this.#view;
  }

  /** Marks that the style sheet's colours changed; to be drawn again. */
  restyle() {
    this.#isStyleStale = true;
  }

  /** @param {boolean} isPaused */
  setPaused(isPaused) {
    if (isPaused === this.#isPaused) {
      return;
    }
    this.#isPaused = isPaused;
    const { rows } = this.#card;
    this.#snapshot = isPaused ? { ...this.#current, list: [...rows.list], end: rows.end } : null;
    this.#view?.setPaused?.(isPaused);
    this.element.dataset.paused = isPaused ? "yes" : "no";
    const button = this.#part("pause");
    button.setAttribute("aria-pressed", String(isPaused));
    button.title = isPaused ? "Continue (P)" : "Pause (P)";
  }

  /** Hides all rows that are here now. */
  clear() {
    this.#clearedEnd = this.#card.rows.end;
    if (this.#snapshot) {
      this.#snapshot = { ...this.#current, list: [], first: this.#clearedEnd, end: this.#clearedEnd };
    }
  }

  /**
   * Updates the age of the content and the counts of rows that are not shown.
   * @param {(t: number) => number | null} ageOf seconds since a time of the server
   */
  renderStatus(ageOf) {
    const { t, rows, missed } = this.#card;
    const own = this.#view?.freshness;
    const ageS = own ? own.ageS : ageOf(t);
    const isOld = own ? own.isOld : this.#freshness.isOld(ageS);
    this.element.dataset.fresh = isOld || this.#isPaused ? "no" : "yes";
    this.element.dataset.old = isOld ? "yes" : "no";
    const displayedAgeS = this.#snapshot && !own ? ageOf(this.#snapshot.t) : ageS;
    write(this.#part("age"), formatAgo(displayedAgeS));
    const isEmpty = this.element.dataset.empty === "yes";
    const clearedText = isEmpty ? "Cleared, no new points" : "";
    this.#writeOrHide("waits", this.#snapshot ? pausedText(rows.end - this.#snapshot.end) : clearedText);
    const lost = missed + rows.missed;
    this.#writeOrHide("missed", lost ? `${points(lost)} missed` : "");
  }

  focus() {
    this.#part("opener").focus();
  }

  /** Scrolls the card into sight and focuses it. */
  reveal() {
    this.element.scrollIntoView({ block: "nearest" });
    this.focus();
  }

  remove() {
    this.#view?.remove();
    this.element.remove();
  }

  /** @returns {Content} */
  get #current() {
    const { about, rows, t } = this.#card;
    return { about, list: rows.list, first: rows.first, t };
  }

  #renderName() {
    const { name } = this;
    if (write(this.#part("name"), name)) {
      this.#part("name").title = name === this.id ? name : `${name} (${this.id})`;
      const labels = { pause: "Pause", opener: "More for", corner: "Resize with the arrow keys:" };
      for (const [part, action] of Object.entries(labels)) {
        this.#part(part).setAttribute("aria-label", `${action} ${name}`);
      }
    }
  }

  /** @param {string} part @param {string} text empty: the part is hidden */
  #writeOrHide(part, text) {
    write(this.#part(part), text);
    this.#part(part).hidden = !text;
  }

  /** @param {string} part */
  #part(part) {
    return select(this.element, `.${part}`, HTMLElement);
  }
}

/** @param {number} added points that arrived since */
function pausedText(added) {
  return added > 0 ? `Paused, ${points(added, "new ")}` : "Paused";
}

/** @param {number} number @param {string} [kind] an adjective */
function points(number, kind = "") {
  return `${formatCount(number)} ${kind}${number === 1 ? "point" : "points"}`;
}
