/** The view of a card that is not drawn: a message, and a button that draws it again. */

export class MessageView {
  canvas = null;

  /**
   * @param {HTMLElement} host emptied
   * @param {string} message
   * @param {(() => void) | null} retry null: no button
   */
  constructor(host, message, retry) {
    const place = document.createElement("div");
    place.className = "cannot";
    const text = document.createElement("p");
    text.textContent = message;
    place.append(text);
    if (retry) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Draw again";
      button.addEventListener("click", retry);
      place.append(button);
    }
    host.replaceChildren(place);
  }

  show() {}

  restyle() {}

  remove() {}
}
