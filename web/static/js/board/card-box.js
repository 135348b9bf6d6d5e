/** One card on the page: its head, its view, and what one viewer does with it. */

import { write } from "../lib/dom.js";
import { measureDraw } from "../plots/draw-timing.js";
import { ago, count } from "../lib/format.js";
import { nowS } from "../lib/timers.js";
import { Freshness } from "./freshness.js";
import { viewOf } from "./card-views.js";
import { SlowDrawing } from "./slow.js";
import { StoppedView } from "./stopped.js";
import { askForTurn } from "./draw-scheduler.js";

/**
 * @typedef {object} Held what a paused card shows
 * @property {import("./cards.js").About} about
 * @property {(any[] | undefined)[]} list
 * @property {number} first
 * @property {number} end how many rows there were
 * @property {number} t when it had changed last
 */

export class CardBox {
  element;
  #isSeen = false;
  /** the rows before are cleared by this viewer */
  #from = 0;
  #card;
  #freshness = new Freshness();
  /** @type {import("./card-views.js").View | null} */
  #view = null;
  #type = "";
  /** @type {Held | null} */
  #held = null;
  #isPaused = false;
  #isStale = false;
  #slow = new SlowDrawing();

  /** @param {import("./cards.js").Card} card described @param {HTMLElement} element a copy of the page's template */
  constructor(card, element) {
    this.#card = card;
    this.element = element;
    element.dataset.id = card.id;
    this.#name();
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

  get isSeen() {
    return this.#isSeen;
  }

  set isSeen(seen) {
    this.#isSeen = seen;
    this.#view?.setSeen?.(seen);
  }

  get isPaused() {
    return this.#isPaused;
  }

  /** Something came for it. @param {import("./cards.js").Card} card */
  came(card) {
    this.#card = card;
    this.#freshness.changed(card.t);
    this.#from = Math.min(this.#from, card.rows.end); // the numbers may begin anew
    this.#name();
  }

  /**
   * Draws what there is; to be called when it is its turn. A view that throws is said in the card,
   * and made again for the next drawing; one that takes too long is not drawn again by itself.
   */
  draw() {
    const shown = this.shown;
    try {
      measureDraw(nowS, () => this.#draw(shown), (tookS) => this.#slow.took(tookS) && this.#stopSlow(tookS));
    } catch (problem) {
      this.#stop(`This card could not be drawn: ${problem.message}`, null);
      this.#type = "";
    }
    this.element.dataset.empty = this.#from > 0 && shown.list.length === 0 ? "yes" : "no"; // pictures have no rows
    this.element.dataset.rows = String(shown.list.length);
    this.element.dataset.holes = String(shown.list.filter((row) => row === undefined).length);
    this.element.dataset.end = String(shown.first + shown.list.length);
  }

  #draw(shown) {
    if (shown.about.type !== this.#type) {
      this.#view?.remove();
      this.#of("place").replaceChildren();
      this.#type = shown.about.type;
      this.element.dataset.type = this.#type;
      this.#slow.forget();
      this.#view = viewOf(this.#type, this.#of("place"), this.name);
      this.#view.setPaused?.(this.#isPaused);
    }
    if (this.#isStale) {
      this.#isStale = false;
      this.#view.restyle();
    }
    this.#view.show(shown);
    write(this.#of("summary"), this.#view.told ?? "");
  }

  #stopSlow(tookS) {
    this.#stop(`Drawing this card takes ${tookS.toFixed(1)} s, so it is not drawn by itself. Push fewer points`, () => {
      this.#type = "";
      askForTurn(this.element);
    });
  }

  #stop(why, again) {
    try {
      this.#view?.remove();
    } catch {
      // It is at fault already.
    }
    this.#view = new StoppedView(this.#of("place"), why, again);
  }

  /** @returns {import("./card-views.js").Shown} what is seen: what came, or what is held, less what was cleared */
  get shown() {
    const { about, list, first, t } = this.#held ?? this.#now;
    const cleared = Math.max(0, Math.min(this.#from - first, list.length));
    return { about, list: cleared ? list.slice(cleared) : list, first: first + cleared, t };
  }

  get view() {
    return this.#view;
  }

  /** The style sheet is another; to be drawn with it. */
  restyle() {
    this.#isStale = true;
  }

  /** @param {boolean} paused */
  pause(paused) {
    if (paused === this.#isPaused) {
      return;
    }
    this.#isPaused = paused;
    const { rows } = this.#card;
    this.#held = paused ? { ...this.#now, list: [...rows.list], end: rows.end } : null;
    this.#view?.setPaused?.(paused);
    this.element.dataset.paused = paused ? "yes" : "no";
    const button = this.#of("pause");
    button.setAttribute("aria-pressed", String(paused));
    button.title = paused ? "Go on (P)" : "Pause (P)";
  }

  /** Leaves all that is here now out of sight. */
  clear() {
    this.#from = this.#card.rows.end;
    if (this.#held) {
      this.#held = { ...this.#now, list: [], first: this.#from, end: this.#from };
    }
  }

  /**
   * Says anew how old it is, and what it lacks.
   * @param {(t: number) => number | null} ageOf seconds since a time of the server
   */
  tell(ageOf) {
    const { t, rows, missed } = this.#card;
    const own = this.#view?.freshness;
    const ageS = own ? own.ageS : ageOf(t);
    const isOld = own ? own.isOld : this.#freshness.isOld(ageS);
    this.element.dataset.fresh = isOld || this.#isPaused ? "no" : "yes";
    this.element.dataset.old = isOld ? "yes" : "no";
    write(this.#of("age"), ago(this.#held && !own ? ageOf(this.#held.t) : ageS)); // of what is seen
    const isEmpty = this.element.dataset.empty === "yes";
    this.#say("waits", this.#held ? paused(rows.end - this.#held.end) : isEmpty ? "Cleared, nothing since" : "");
    const lost = missed + rows.missed;
    this.#say("missed", lost ? `${points(lost)} missed` : "");
  }

  focus() {
    this.#of("opener").focus();
  }

  /** Brings it into sight, and there takes the focus. */
  reveal() {
    this.element.scrollIntoView({ block: "nearest" });
    this.focus();
  }

  remove() {
    this.#view?.remove();
    this.element.remove();
  }

  get #now() {
    const { about, rows, t } = this.#card;
    return { about, list: rows.list, first: rows.first, t };
  }

  #name() {
    const { name } = this;
    if (write(this.#of("name"), name)) {
      this.#of("name").title = name === this.id ? name : `${name} (${this.id})`;
      const labels = { pause: "Pause", opener: "More for", corner: "Resize with the arrow keys:" };
      for (const [part, does] of Object.entries(labels)) {
        this.#of(part).setAttribute("aria-label", `${does} ${name}`);
      }
    }
  }

  #say(part, text) {
    write(this.#of(part), text);
    this.#of(part).hidden = !text;
  }

  /** @param {string} part @returns {HTMLElement} */
  #of(part) {
    return this.element.querySelector(`.${part}`);
  }
}

/** @param {number} behind points that came since */
function paused(behind) {
  return behind > 0 ? `Paused, ${points(behind)} since` : "Paused";
}

/** @param {number} many */
function points(many) {
  return many === 1 ? "1 point" : `${count(many)} points`;
}
