/** The cards on the page: made as they come, in their order and sizes, and drawn where they are seen. */

import { CardBox } from "./card-box.js";
import { REDRAW_EVENT, DrawScheduler } from "./draw-scheduler.js";

const LEAST_ROWS = 5; // of the grid
const USUAL_ROWS = 10;

export class CardGrid {
  /** @type {Map<string, CardBox>} */
  all = new Map();
  #list;
  #template;
  #cards;
  /** @type {DrawScheduler<CardBox>} */
  #turns = new DrawScheduler();
  #isAsked = false;
  /** @type {import("./board-layout.js").BoardLayout} */
  #layout;
  /** what names or ids have to have in them, in small letters */
  sought = "";
  #wasMade;
  #sight;

  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template
   * @param {import("./cards.js").Cards} cards
   * @param {import("./board-layout.js").BoardLayout} layout
   * @param {(box: CardBox) => void} made called for each that is new
   */
  constructor(list, template, cards, layout, made) {
    this.#list = list;
    this.#template = template;
    this.#cards = cards;
    this.#layout = layout;
    this.#wasMade = made;
    this.#sight = new IntersectionObserver((entries) => this.#sighted(entries), { rootMargin: "10%" });
    new ResizeObserver(() => this.#fit()).observe(list);
    list.addEventListener(REDRAW_EVENT, ({ target }) => {
      const box = this.boxOf(target);
      box && this.want(box);
    });
  }

  /** Ids as they came. */
  get ids() {
    return [...this.all.values()].sort((one, other) => one.about.place - other.about.place).map(({ id }) => id);
  }

  /** The cards that are on the page, in their order. @returns {CardBox[]} */
  get seen() {
    return this.#layout.order(this.ids).map((id) => this.all.get(id)).filter((box) => !box.element.hidden);
  }

  /** Something came for these, or they are gone. @param {string[]} ids */
  came(ids) {
    let isOther = false;
    for (const id of ids) {
      const card = this.#cards.all.get(id);
      const box = this.all.get(id);
      if (card?.about) {
        const before = JSON.stringify([box?.about.place, box?.about.width, box?.about.height]);
        const now = box ?? this.#made(card);
        now.came(card);
        const { place, width, height } = card.about;
        isOther ||= before !== JSON.stringify([place, width, height]);
        this.want(now);
      } else if (box) {
        isOther = true;
        this.#sight.unobserve(box.element);
        this.#turns.leave(box);
        this.all.delete(id);
        box.remove();
      }
    }
    if (isOther) {
      this.arrange(this.#layout);
    }
  }

  /** It is to be drawn, if it is seen. @param {CardBox} box */
  want(box) {
    if (box.isSeen && !box.element.hidden) {
      this.#turns.want(box);
      this.#ask();
    }
  }

  /** @param {import("./board-layout.js").BoardLayout} layout from now on */
  arrange(layout) {
    this.#layout = layout;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    layout.order(this.ids).forEach((id, place) => {
      const box = this.all.get(id);
      if (this.#list.children[place] !== box.element) {
        this.#list.insertBefore(box.element, this.#list.children[place] ?? null);
      }
      const isFound = `${box.name}\n${id}`.toLowerCase().includes(this.sought);
      box.element.hidden = layout.hidden.has(id) || !isFound;
      const wasPaused = box.isPaused;
      box.pause(layout.paused.has(id));
      if (wasPaused !== box.isPaused) {
        this.want(box);
      }
    });
    if (focused?.isConnected && focused !== document.activeElement) {
      focused.focus();
    }
    this.#fit();
  }

  /** Shows only those whose name or id has this. @param {string} text */
  seek(text) {
    this.sought = text.trim().toLowerCase();
    this.arrange(this.#layout);
  }

  /** @param {(t: number) => number | null} ageOf */
  tell(ageOf) {
    this.all.forEach((box) => box.tell(ageOf));
  }

  restyle() {
    for (const box of this.all.values()) {
      box.restyle();
      this.want(box);
    }
  }

  /** Whose card something belongs to. @param {EventTarget | null} target @returns {CardBox | undefined} */
  boxOf(target) {
    const card = target instanceof Element && target.closest(".card");
    return card instanceof HTMLElement ? this.all.get(card.dataset.id) : undefined;
  }

  /** The grid as it is: a size in CSS pixels snaps to it. */
  get grid() {
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

  #fit() {
    if (this.all.size === 0) {
      return;
    }
    const { columns, columnPx, rowPx, gapPx, rowGapPx } = this.grid;
    for (const [id, { element, about }] of this.all) {
      const own = this.#layout.sizes.get(id);
      const width = own?.width ?? about.width;
      const height = own?.height ?? about.height;
      const across = width ? Math.round((width + gapPx) / columnPx) : 1;
      const down = height ? Math.max(LEAST_ROWS, Math.round((height + rowGapPx) / rowPx)) : USUAL_ROWS;
      element.style.gridColumn = `span ${Math.min(columns, Math.max(1, across))}`;
      element.style.gridRow = `span ${down}`;
    }
  }

  #made(card) {
    const element = /** @type {HTMLElement} */ (this.#template.content.firstElementChild.cloneNode(true));
    const box = new CardBox(card, element);
    this.all.set(card.id, box);
    this.#list.append(element);
    this.#sight.observe(element);
    this.#wasMade(box);
    return box;
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #sighted(entries) {
    for (const { target, isIntersecting } of entries) {
      const box = this.boxOf(target);
      if (box) {
        box.isSeen = isIntersecting;
        this.want(box);
      }
    }
  }

  #ask() {
    if (!this.#isAsked) {
      this.#isAsked = true;
      requestAnimationFrame(() => {
        this.#isAsked = false;
        if (this.#turns.give((box) => box.draw(), () => performance.now())) {
          this.#ask();
        }
      });
    }
  }
}
