/** What a card says of the stream that it shows: a line below the picture, or words where there is none. */

import { mark, write } from "../lib/dom.js";
import { splitFacts } from "../stream/presentation.js";

export class StreamCardText {
  /** stands in the picture's place */
  words = document.createElement("div");
  /** stands below it, and has its room always */
  line = document.createElement("p");
  #title = document.createElement("p");
  #action = document.createElement("p");
  #details = document.createElement("details");
  #cause = document.createElement("p");
  #lead = document.createElement("b");
  #facts = document.createElement("span");
  #last = document.createElement("span");

  constructor() {
    this.words.className = "cannot";
    this.#title.className = "title";
    const summary = document.createElement("summary");
    summary.textContent = "Technical detail";
    this.#details.append(summary, this.#cause);
    this.words.append(this.#title, this.#action, this.#details);
    this.line.className = "said";
    this.#facts.className = "reason";
    this.#last.className = "last";
    this.line.append(this.#lead, this.#facts, this.#last);
  }

  /** @param {import("../stream/presentation.js").Presentation} seen */
  show({ badge, line, fault, words, hasDetails, spoken }) {
    this.words.hidden = words === null;
    write(this.#title, words?.title ?? "");
    write(this.#action, words?.action ?? "");
    write(this.#cause, words?.cause ?? "");
    this.#details.hidden = !words?.cause;
    const said = fault ? { ...line, facts: fault.facts } : line;
    const { first, rest } = splitFacts(said);
    mark(this.line, "is", said.is);
    write(this.#lead, said.lead || (words || !said.facts.length ? badge.word : ""));
    write(this.#facts, first);
    write(this.#last, rest);
    this.line.title = hasDetails ? spoken : "";
  }
}
