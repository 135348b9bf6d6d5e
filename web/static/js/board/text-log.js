/** The view of a text card: the newest line is at the end, and stays in sight until the viewer scrolls up. */

import { context2d } from "../lib/dom.js";
import { formatDay, isTime, formatTimeOfDay } from "../lib/time-of-day.js";

const END_TOLERANCE_PX = 8;
const STEP_S = 1; // of the times shown
const MAX_PICTURE_LINES = 60;

/** @typedef {import("./card-rows.js").Row} Row */

export class TextLogView {
  #list = document.createElement("div");
  #end = 0;
  #first = 0;
  #isFollowing = true;

  /** @param {HTMLElement} host @param {string} name of the card, for screen readers */
  constructor(host, name) {
    this.#list.className = "log";
    this.#list.tabIndex = 0;
    this.#list.setAttribute("role", "log");
    this.#list.setAttribute("aria-live", "off"); // thousands of lines may arrive
    this.#list.setAttribute("aria-label", `Lines of ${name}`);
    this.#list.addEventListener("scroll", () => (this.#isFollowing = isAtEnd(this.#list)));
    host.append(this.#list);
  }

  /** @param {import("./card-views.js").Content} content */
  show({ list, first }) {
    const end = first + list.length;
    if (first < this.#first || end < this.#end || first >= this.#end || this.#areHolesFilled(list, first)) {
      this.#list.replaceChildren();
      this.#first = this.#end = first;
    }
    for (; this.#first < first; this.#first += 1) {
      this.#list.firstElementChild?.remove();
    }
    const from = this.#end - first;
    this.#list.append(...list.slice(from).map((row, index) => line(row, this.#end + index, list[from + index - 1])));
    this.#end = end;
    if (this.#isFollowing) {
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
    const context = context2d(canvas);
    context.scale(density, density);
    context.font = `${px}px ${style.fontFamily}`;
    context.fillStyle = style.color;
    const lines = [...this.#list.children].slice(-MAX_PICTURE_LINES).reverse();
    lines.forEach(({ textContent }, index) => {
      context.fillText(textContent ?? "", px / 2, this.#list.clientHeight - px * (0.6 + 1.45 * index));
    });
    return canvas;
  }

  /**
   * Return whether lines that were missed have arrived late.
   * @param {(Row | undefined)[]} list
   * @param {number} first
   */
  #areHolesFilled(list, first) {
    const holes = [...this.#list.querySelectorAll(".hole")].map((hole) => Number(hole.getAttribute("data-hole")));
    return holes.some((number) => list[number - first]);
  }
}

/**
 * @param {Row | undefined} row
 * @param {number} number of the row
 * @param {Row | undefined} before the row before it
 */
function line(row, number, before) {
  const line = document.createElement("p");
  if (row === undefined) {
    line.className = "hole";
    line.dataset.hole = String(number);
    line.textContent = "1 line missed";
    return line;
  }
  const [t, text] = row;
  const time = document.createElement("time");
  time.textContent = `${isTime(t) ? timeText(t, before?.[0]) : String(t ?? "")} `;
  line.append(time, String(text));
  return line;
}

/**
 * Return a line's time, with its day where it differs from that of the line before or, on the first line, from today.
 * @param {number} timeS Unix seconds
 * @param {unknown} beforeS that of the line before
 */
function timeText(timeS, beforeS) {
  const day = formatDay(timeS, true);
  const isOther = day !== formatDay(typeof beforeS === "number" && isTime(beforeS) ? beforeS : Date.now() / 1000, true);
  return `${isOther ? `${day} ` : ""}${formatTimeOfDay(timeS, STEP_S)}`;
}

/** @param {HTMLElement} element */
function isAtEnd({ scrollTop, clientHeight, scrollHeight }) {
  return scrollTop + clientHeight >= scrollHeight - END_TOLERANCE_PX;
}
