/** Lines of text, the newest at the end, which stays in sight unless somebody has scrolled up. */

import { dayOf, isTime, timeOfDay } from "../lib/time-of-day.js";

const AT_THE_END_PX = 8;
const SECOND = 1;
const PICTURE_LINES = 60;

export class TextLogView {
  #list = document.createElement("div");
  #end = 0;
  #first = 0;
  #follows = true;

  /** @param {HTMLElement} host @param {string} name for who does not see it */
  constructor(host, name) {
    this.#list.className = "log";
    this.#list.tabIndex = 0;
    this.#list.setAttribute("role", "log");
    this.#list.setAttribute("aria-live", "off"); // they may come by the thousand
    this.#list.setAttribute("aria-label", `Lines of ${name}`);
    this.#list.addEventListener("scroll", () => (this.#follows = isAtEnd(this.#list)));
    host.append(this.#list);
  }

  /** @param {import("./card-views.js").Shown} shown */
  show({ list, first }) {
    const end = first + list.length;
    if (first < this.#first || end < this.#end || first >= this.#end || this.#hadHoles(list, first)) {
      this.#list.replaceChildren();
      this.#first = this.#end = first;
    }
    for (; this.#first < first; this.#first += 1) {
      this.#list.firstElementChild.remove();
    }
    const from = this.#end - first;
    this.#list.append(...list.slice(from).map((row, index) => line(row, this.#end + index, list[from + index - 1])));
    this.#end = end;
    if (this.#follows) {
      this.#list.scrollTop = this.#list.scrollHeight;
    }
  }

  restyle() {}

  remove() {}

  /** The last lines as a picture. */
  get canvas() {
    const style = getComputedStyle(this.#list);
    const density = window.devicePixelRatio || 1;
    const px = parseFloat(style.fontSize);
    const canvas = document.createElement("canvas");
    canvas.width = this.#list.clientWidth * density;
    canvas.height = this.#list.clientHeight * density;
    const context = canvas.getContext("2d");
    context.scale(density, density);
    context.font = `${px}px ${style.fontFamily}`;
    context.fillStyle = style.color;
    const lines = [...this.#list.children].slice(-PICTURE_LINES).reverse();
    lines.forEach((line, index) => {
      context.fillText(line.textContent, px / 2, this.#list.clientHeight - px * (0.6 + 1.45 * index));
    });
    return canvas;
  }

  /** Lines that were missed may have come late. */
  #hadHoles(list, first) {
    const holes = [...this.#list.querySelectorAll(".hole")].map((hole) => Number(hole.getAttribute("data-hole")));
    return holes.some((number) => list[number - first]);
  }
}

/** @param {any[] | undefined} row @param {number} number of the row @param {any[] | undefined} before the row before it */
function line(row, number, before) {
  const line = document.createElement("p");
  if (row === undefined) {
    line.className = "hole";
    line.dataset.hole = String(number);
    line.textContent = "a line missed";
    return line;
  }
  const [when, text] = row;
  const time = document.createElement("time");
  time.textContent = `${isTime(when) ? moment(when, before?.[0]) : String(when ?? "")} `;
  line.append(time, String(text));
  return line;
}

/** With its day, where that is another than that of the line before, or of this moment. */
function moment(timeS, beforeS) {
  const day = dayOf(timeS, true);
  const isOther = day !== (isTime(beforeS) ? dayOf(beforeS, true) : dayOf(Date.now() / 1000, true));
  return `${isOther ? `${day} ` : ""}${timeOfDay(timeS, SECOND)}`;
}

function isAtEnd({ scrollTop, clientHeight, scrollHeight }) {
  return scrollTop + clientHeight >= scrollHeight - AT_THE_END_PX;
}
