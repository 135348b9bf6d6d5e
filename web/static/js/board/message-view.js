/** What a card shows that is not drawn: why, and a way to draw it again. */

export class MessageView {
  canvas = null;

  /** @param {HTMLElement} host emptied @param {string} why @param {(() => void) | null} again null: it is tried by itself */
  constructor(host, why, again) {
    const words = document.createElement("div");
    words.className = "cannot";
    const text = document.createElement("p");
    text.textContent = why;
    words.append(text);
    if (again) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Draw again";
      button.addEventListener("click", again);
      words.append(button);
    }
    host.replaceChildren(words);
  }

  show() {}

  restyle() {}

  remove() {}
}
