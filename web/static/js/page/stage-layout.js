/** Tells the style sheet where the visible part of the picture is: frame, chips and colour bar stand at it. */

import { visiblePart } from "../picture/visible-part.js";

/** @param {HTMLElement} hero @param {HTMLElement} stage in it @param {import("../picture/placement.js").Placement} placement */
export function layOutStage(hero, stage, placement) {
  if (!placement.ready) {
    return;
  }
  const { clientWidth: width, clientHeight: height } = stage;
  const key = [...placement.matrix, width, height, window.innerWidth, window.innerHeight].join();
  if (hero.dataset.pictured && hero.dataset.placed === key) {
    return;
  }
  hero.dataset.placed = key;
  const part = visiblePart(placement, { width, height });
  const [outer, inner] = [hero.getBoundingClientRect(), stage.getBoundingClientRect()];
  const sides = {
    "--px": inner.left - outer.left + part.left,
    "--py": inner.top - outer.top + part.top,
    "--pw": part.width,
    "--ph": part.height,
  };
  for (const [name, px] of Object.entries(sides)) {
    const text = `${Math.round(100 * px) / 100}px`;
    if (hero.style.getPropertyValue(name) !== text) {
      hero.style.setProperty(name, text);
    }
  }
  hero.dataset.pictured = "yes";
}
