/** Creates SVG elements. */

/** @param {string} name @param {string} [className] */
export function createSvg(name, className = "") {
  const element = /** @type {SVGElement} */ (document.createElementNS("http://www.w3.org/2000/svg", name));
  if (className) {
    element.setAttribute("class", className);
  }
  return element;
}

/** @param {Element} element @param {Record<string, string | number>} attributes */
export function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
  return element;
}
