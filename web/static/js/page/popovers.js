/** Sections that a button opens beside the picture: the details of a state, and where pictures were lost. */

/**
 * @param {(id: string) => HTMLElement} getById
 * @param {[button: string, section: string][]} pairs ids
 */
export function attachPopovers(getById, pairs) {
  const set = (/** @type {string} */ button, /** @type {string} */ section, /** @type {boolean} */ isOpen) => {
    getById(section).hidden = !isOpen;
    getById(button).setAttribute("aria-expanded", String(isOpen));
  };
  for (const [button, section] of pairs) {
    getById(button).addEventListener("click", () => {
      const isOpen = Boolean(getById(section).hidden);
      for (const [otherButton, other] of pairs) {
        set(otherButton, other, false);
      }
      set(button, section, isOpen);
      if (isOpen) {
        getById(section).focus();
      }
    });
    getById(section).addEventListener("keydown", ({ key }) => {
      if (key === "Escape") {
        set(button, section, false);
        getById(button).focus();
      }
    });
  }
  document.addEventListener("pointerdown", ({ target }) => {
    for (const [button, section] of pairs) {
      const isInside = [button, section].some((id) => getById(id).contains(/** @type {Node} */ (target)));
      if (!isInside && !getById(section).hidden) {
        set(button, section, false);
      }
    }
  });
}
