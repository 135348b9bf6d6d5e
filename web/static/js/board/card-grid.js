/** The cards on the page: creates, orders and sizes them, and draws those that are in sight. */

import { select } from "../lib/dom.js";
import { CardBox } from "./card-box.js";
import { isDescribed } from "./cards.js";
import { REDRAW_EVENT, DrawScheduler } from "./draw-scheduler.js";

const MIN_ROWS = 5; // of the grid
const DEFAULT_ROWS = 10;

export class CardGrid {
  /** @type {Map<string, CardBox>} */
  boxes = new Map();
  /** what the names or ids of visible cards contain, in lower case */
  searchText = "";
  #list;
  #template;
  #cards;
  /** @type {DrawScheduler<CardBox>} */
  #scheduler = new DrawScheduler();
  #isFrameRequested = false;
  #layout;
  #onCreate;
  #observer;

  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template
   * @param {import("./cards.js").Cards} cards
   * @param {import("./board-layout.js").BoardLayout} layout
   * @param {(box: CardBox) => void} onCreate called for each new card
   */
  constructor(list, template, cards, layout, onCreate) {
    this.#list = list;
    this.#template = template;
    this.#cards = cards;
    this.#layout = layout;
    this.#onCreate = onCreate;
    this.#observer = new IntersectionObserver((entries) => this.#onIntersection(entries), { rootMargin: "10%" });
    new ResizeObserver(() => this.#fit()).observe(list);
    list.addEventListener(REDRAW_EVENT, ({ target }) => {
      const box = this.boxOf(target);
      box && this.requestDraw(box);
    });
  }

  /** The ids in the board's order. */
  get ids() {
    return [...this.boxes.values()].sort((one, other) => one.about.place - other.about.place).map(({ id }) => id);
  }

  /** The cards that are neither hidden nor excluded by the search, in their order. */
  get visible() {
    return this.#ordered.filter(({ element }) => !element.hidden);
  }

  /** Updates the cards whose content changed, and removes those that are gone. @param {string[]} ids */
  update(ids) {
    let isOther = false;
    for (const id of ids) {
      const card = this.#cards.all.get(id);
      const box = this.boxes.get(id);
      if (isDescribed(card)) {
        const before = JSON.stringify([box?.about.place, box?.about.width, box?.about.height]);
        const updated = box ?? this.#create(card);
        updated.update(card);
        const { place, width, height } = card.about;
        isOther ||= before !== JSON.stringify([place, width, height]);
        this.requestDraw(updated);
      } else if (box) {
        isOther = true;
        this.#observer.unobserve(box.element);
        this.#scheduler.cancel(box);
        this.boxes.delete(id);
        box.remove();
      }
    }
    if (isOther) {
      this.arrange(this.#layout);
    }
  }

  /** Draws a card soon, if it is in sight. @param {CardBox} box */
  requestDraw(box) {
    if (box.isVisible && !box.element.hidden) {
      this.#scheduler.request(box);
      this.#requestFrame();
    }
  }

  /** @param {import("./board-layout.js").BoardLayout} layout */
  arrange(layout) {
    this.#layout = layout;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    this.#ordered.forEach((box, place) => {
      if (this.#list.children[place] !== box.element) {
        this.#list.insertBefore(box.element, this.#list.children[place] ?? null);
      }
      const isMatch = `${box.name}\n${box.id}`.toLowerCase().includes(this.searchText);
      box.element.hidden = layout.hidden.has(box.id) || !isMatch;
      const wasPaused = box.isPaused;
      box.setPaused(layout.paused.has(box.id));
      if (wasPaused !== box.isPaused) {
        this.requestDraw(box);
      }
    });
    if (focused?.isConnected && focused !== document.activeElement) {
      focused.focus();
    }
    this.#fit();
  }

  /** Shows only cards whose name or id contains a text. @param {string} text */
  search(text) {
    this.searchText = text.trim().toLowerCase();
    this.arrange(this.#layout);
  }

  /** @param {(t: number) => number | null} ageOf seconds since a time of the server */
  renderStatus(ageOf) {
    this.boxes.forEach((box) => box.renderStatus(ageOf));
  }

  restyle() {
    for (const box of this.boxes.values()) {
      box.restyle();
      this.requestDraw(box);
    }
  }

  /**
   * Return the card that an element is in.
   * @param {EventTarget | null} target
   * @returns {CardBox | undefined}
   */
  boxOf(target) {
    const card = target instanceof Element && target.closest(".card");
    return card instanceof HTMLElement ? this.boxes.get(card.dataset.id ?? "") : undefined;
  }

  /** The size of the grid's cells, which the cards' sizes snap to, in CSS pixels. */
  get metrics() {
    const { gridTemplateColumns, columnGap, gridAutoRows, rowGap } = getComputedStyle(this.#list);
    const columns = gridTemplateColumns.split(" ").map(parseFloat);
    return {
      columns: columns.length,
      columnPx: columns[0] + parseFloat(columnGap),
      rowPx: parseFloat(gridAutoRows) + parseFloat(rowGap),
      gapPx: parseFloat(columnGap),
      rowGapPx: parseFloat(rowGap),
    };
  }

  /** All cards in the layout's order. @returns {CardBox[]} */
  get #ordered() {
    return this.#layout.order(this.ids).flatMap((id) => this.boxes.get(id) ?? []);
  }

  #fit() {
    if (this.boxes.size === 0) {
      return;
    }
    const { columns, columnPx, rowPx, gapPx, rowGapPx } = this.metrics;
    for (const [id, { element, about }] of this.boxes) {
      const own = this.#layout.sizes.get(id);
      const width = own?.width ?? about.width;
      const height = own?.height ?? about.height;
      const across = width ? Math.round((width + gapPx) / columnPx) : 1;
      const down = height ? Math.max(MIN_ROWS, Math.round((height + rowGapPx) / rowPx)) : DEFAULT_ROWS;
      element.style.gridColumn = `span ${Math.min(columns, Math.max(1, across))}`;
      element.style.gridRow = `span ${down}`;
    }
  }

  /** @param {import("./cards.js").DescribedCard} card */
  #create(card) {
    const copy = document.importNode(this.#template.content, true);
    const element = select(copy, ".card", HTMLElement);
    const box = new CardBox(card, element);
    this.boxes.set(card.id, box);
    this.#list.append(element);
    this.#observer.observe(element);
    this.#onCreate(box);
    return box;
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #onIntersection(entries) {
    for (const { target, isIntersecting } of entries) {
      const box = this.boxOf(target);
      if (box) {
        box.isVisible = isIntersecting;
        this.requestDraw(box);
      }
    }
  }

  #requestFrame() {
    if (!this.#isFrameRequested) {
      this.#isFrameRequested = true;
      requestAnimationFrame(() => {
        this.#isFrameRequested = false;
        if (this.#scheduler.run((box) => box.draw(), () => performance.now())) {
          this.#requestFrame();
        }
      });
    }
  }
}
