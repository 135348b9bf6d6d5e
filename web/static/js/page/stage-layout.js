/** Tells the style sheet where the visible part of the picture is: frame, chips and colour bar stand at it. */

/**
 * Return the part of the stage that the picture covers, CSS pixels from the stage's corner.
 * @param {import("../picture/placement.js").Placement} placement
 * @param {{width: number, height: number}} stage
 */
export function visiblePart(placement, stage) {
  const { width, height } = placement.camera;
  const one = placement.toPlace(0, 0);
  const other = placement.toPlace(width, height);
  const inside = (/** @type {number} */ at, /** @type {number} */ side) => Math.min(side, Math.max(0, at));
  const left = inside(Math.min(one.x, other.x), stage.width);
  const top = inside(Math.min(one.y, other.y), stage.height);
  const right = inside(Math.max(one.x, other.x), stage.width);
  const bottom = inside(Math.max(one.y, other.y), stage.height);
  return { left, top, width: right - left, height: bottom - top };
}

/** @param {HTMLElement} hero @param {HTMLElement} stage in it @param {import("../picture/placement.js").Placement} placement */
export function layOutStage(hero, stage, placement) {
  if (!placement.ready) {
    return;
  }
  const part = visiblePart(placement, { width: stage.clientWidth, height: stage.clientHeight });
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
