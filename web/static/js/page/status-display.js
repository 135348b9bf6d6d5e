/** What the page shows about the stream: meters, caption, notice, and the state of a board. */

import { NO_VALUE, formatAge, formatCount, formatRate } from "../lib/format.js";
import { mark, select, write } from "../lib/dom.js";

const MAX_NOTICE_CHARACTERS = 1000;

/** @typedef {ReturnType<typeof import("../plots/table-rows.js").captionParts>[number]} CaptionPart */

export class StatusDisplay {
  #getById;
  #spoken = "";
  #layout = "";

  /** @param {(id: string) => HTMLElement} getById */
  constructor(getById) {
    this.#getById = getById;
    getById("notice-close").addEventListener("click", () => (getById("notice").hidden = true));
  }

  /**
   * Show the state of a board.
   * @param {import("../stream/state.js").StateMessage} message
   * @param {import("../stream/presentation.js").Presentation} seen
   */
  showState(message, { isLive, badge, line, spoken }) {
    const { body } = document;
    mark(body, "state", message.state);
    mark(body, "fresh", isLive ? "yes" : "no");
    mark(this.#getById("badge"), "is", badge.is);
    write(this.#getById("badge-text"), badge.word);
    mark(this.#getById("words"), "is", line.is);
    this.#getById("words").hidden = isLive;
    write(this.#getById("words-title"), message.title);
    this.#writeOrHide("words-cause", message.cause);
    this.#writeOrHide("words-action", message.action);
    this.#showLogin(message.state === "logged_out");
    if (spoken !== this.#spoken) {
      this.#spoken = spoken;
      write(this.#getById("spoken"), spoken);
    }
  }

  /** @param {boolean} isShown */
  #showLogin(isShown) {
    const login = this.#getById("words-login");
    login.hidden = !isShown;
    const here = encodeURIComponent(location.pathname + location.search);
    select(login, "a", HTMLAnchorElement).href = `/login?next=${here}`;
  }

  /**
   * @param {{rate: number, ageS: number | null, viewers: unknown}} meters
   * @param {boolean} isCurrent whether the stream's status is up to date
   */
  showMeters(meters, isCurrent) {
    write(this.#getById("rate"), formatRate(meters.rate));
    write(this.#getById("age"), formatAge(meters.ageS));
    write(this.#getById("viewers"), formatCount(isCurrent ? meters.viewers : null));
  }

  /** @param {CaptionPart[]} parts */
  showCaption(parts) {
    const list = this.#getById("caption");
    while (list.children.length > parts.length) {
      list.lastElementChild?.remove();
    }
    while (list.children.length < parts.length) {
      const pair = document.createElement("div");
      pair.append(document.createElement("dt"), document.createElement("dd"));
      list.append(pair);
    }
    parts.forEach(({ name, value, exact, tone, kind }, index) => {
      const pair = list.children[index];
      const [term, description] = pair.children;
      pair.className = kind ? `${kind} ${tone}` : tone;
      write(term, name);
      write(description, value);
      if (description instanceof HTMLElement && description.title !== (exact ?? "")) {
        description.title = exact ?? "";
      }
    });
  }

  /** Show a message of ingest that is not an error. @param {unknown} text */
  showNote(text) {
    this.#writeOrHide("note", typeof text === "string" ? text : "");
  }

  /** @param {"picture" | "curves" | "values"} layout what takes the main place */
  setLayout(layout) {
    if (layout === this.#layout) {
      return;
    }
    this.#layout = layout;
    document.body.dataset.layout = layout;
    for (const part of ["curves", "values"]) {
      const panel = this.#getById(`${part}-panel`);
      const home = layout === part ? this.#getById("hero") : this.#getById(`${part}-home`);
      if (panel.parentElement !== home) {
        home.append(panel);
      }
    }
  }

  /** @param {number} drawn @param {number} left how many more waveforms there are */
  showWaveformCount(drawn, left) {
    this.#getById("curves-panel").hidden = drawn === 0;
    this.#writeOrHide("curves-left", left ? `and ${left} more waveforms, not drawn` : "");
  }

  /**
   * Writes facts about the frame that is shown into data attributes, for programs.
   * @param {Record<string, unknown>} facts
   */
  setFrameFacts(facts) {
    for (const [name, fact] of Object.entries(facts)) {
      this.#getById("picture").dataset[name] = String(fact ?? NO_VALUE);
    }
  }

  /** @param {string} text of the server for all its viewers, or of this page @param {string} [tone] "act": a refusal */
  showNotice(text, tone = "yours") {
    this.#getById("notice").dataset.is = tone;
    write(this.#getById("notice-text"), text.slice(0, MAX_NOTICE_CHARACTERS));
    this.#getById("notice").hidden = !text;
  }

  /** @param {string} id @param {string} text empty: the element is hidden */
  #writeOrHide(id, text) {
    write(this.#getById(id), text);
    this.#getById(id).hidden = !text;
  }
}
