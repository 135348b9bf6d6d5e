/** A card of a type that this page does not know. */

export class UnknownView {
  /** @param {HTMLElement} host @param {string} name @param {string} type */
  constructor(host, name, type) {
    const words = document.createElement("p");
    words.className = "cannot";
    words.textContent = `This page cannot show “${type}”. It may be older than what pushes; reload it.`;
    host.append(words);
  }

  show() {}

  restyle() {}

  remove() {}

  canvas = null;
}
