/** What the page says about the stream: badge, meters, the words in the picture, caption, notice. */

import { NOTHING, age, count, rate } from "../lib/format.js";
import { write } from "../lib/dom.js";

export class StatusDisplay {
  #of;
  #state = "";
  #layout = "";

  /** @param {(id: string) => HTMLElement} element */
  constructor(element) {
    this.#of = element;
    element("notice-close").addEventListener("click", () => (element("notice").hidden = true));
  }

  /**
   * @param {import("../stream/state.js").View} view
   * @param {{ageS: number | null, pulseId: unknown}} picture the one that is seen
   */
  view(view, { ageS, pulseId }) {
    const live = view.state === "live";
    const seen = live || view.state === "frozen"; // the picture is what it is said to be
    if (view.state !== this.#state) {
      this.#state = view.state;
      document.body.dataset.state = view.state;
      document.body.dataset.fresh = seen ? "yes" : "no";
      this.#of("badge").dataset.tone = this.#of("words").dataset.tone = view.tone;
      this.#of("words").hidden = seen;
      this.#offerLogin(view.state === "logged_out");
      write(this.#of("spoken"), live ? "Live" : `${view.badge}. ${view.title}. ${view.action}`);
    }
    write(this.#of("badge-text"), view.badge);
    this.#say("held", view.state === "frozen" ? `Frozen, ${age(ageS)} old` : "");
    if (!seen) {
      write(this.#of("words-title"), view.title);
      this.#say("words-cause", view.cause);
      this.#say("words-action", view.action);
      const old = ageS === null ? "" : `What you see is ${age(ageS)} old, of pulse ${pulseId ?? NOTHING}.`;
      this.#say("words-age", old);
    }
  }

  #offerLogin(offered) {
    const login = this.#of("words-login");
    login.hidden = !offered;
    const here = encodeURIComponent(location.pathname + location.search);
    login.querySelector("a").href = `/login?next=${here}`;
  }

  /**
   * @param {{rate: number, ageS: number | null, viewers: unknown}} meters
   * @param {boolean} told whether the status behind them is of now
   */
  meters(meters, told) {
    document.body.dataset.told = told ? "yes" : "no";
    write(this.#of("rate"), rate(meters.rate));
    write(this.#of("age"), age(meters.ageS));
    write(this.#of("viewers"), count(told ? meters.viewers : null));
  }

  /** @param {ReturnType<typeof import("../plots/table-rows.js").captionParts>} parts */
  caption(parts) {
    const list = this.#of("caption");
    while (list.children.length > parts.length) {
      list.lastElementChild.remove();
    }
    while (list.children.length < parts.length) {
      const pair = document.createElement("div");
      pair.append(document.createElement("dt"), document.createElement("dd"));
      list.append(pair);
    }
    parts.forEach(({ name, value, tone, kind }, index) => {
      const pair = list.children[index];
      pair.className = kind ? `${kind} ${tone}` : tone;
      write(pair.firstElementChild, name);
      write(pair.lastElementChild, value);
    });
  }

  /** What ingest wants to be known while all is well. @param {unknown} text */
  note(text) {
    this.#say("note", typeof text === "string" ? text : "");
  }

  /** @param {"picture" | "curves" | "values"} layout what takes the main place */
  layout(layout) {
    if (layout === this.#layout) {
      return;
    }
    this.#layout = layout;
    document.body.dataset.layout = layout;
    for (const part of ["curves", "values"]) {
      const panel = this.#of(`${part}-panel`);
      const home = layout === part ? this.#of("hero") : this.#of(`${part}-home`);
      if (panel.parentElement !== home) {
        home.append(panel);
      }
    }
  }

  /** @param {number} drawn @param {number} left how many more waveforms there are */
  curves(drawn, left) {
    this.#of("curves-panel").hidden = drawn === 0;
    this.#say("curves-left", left ? `and ${left} more waveforms, not drawn` : "");
  }

  /** For programs that wait for a frame. @param {Record<string, unknown>} facts */
  seen(facts) {
    for (const [name, fact] of Object.entries(facts)) {
      this.#of("picture").dataset[name] = String(fact ?? NOTHING);
    }
  }

  /** @param {string} text */
  notice(text) {
    write(this.#of("notice-text"), text.slice(0, 1000));
    this.#of("notice").hidden = !text;
  }

  #say(id, text) {
    write(this.#of(id), text);
    this.#of(id).hidden = !text;
  }
}
