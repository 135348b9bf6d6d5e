/** A group of controls with one tab stop: arrow keys, Home and End move the focus within it. */

const STEPS = new Map([
  ["ArrowLeft", -1],
  ["ArrowUp", -1],
  ["ArrowRight", 1],
  ["ArrowDown", 1],
]);

/**
 * @param {HTMLElement} group
 * @param {string} selector of its controls
 * @param {string[]} keys of `STEPS` that move; a field keeps the others
 * @returns {() => void} to be called after the controls changed
 */
export function attachRoving(group, selector, keys) {
  const controls = () =>
    Array.from(group.querySelectorAll(selector), (element) => /** @type {HTMLElement} */ (element));
  const setStop = (/** @type {HTMLElement | undefined} */ stop) => {
    for (const control of controls()) {
      const tabIndex = control === stop ? 0 : -1;
      if (control.tabIndex !== tabIndex) {
        control.tabIndex = tabIndex;
      }
    }
  };
  const update = () => {
    const all = controls();
    const isReachable = all.some((control) => control.tabIndex === 0 && isVisible(control));
    if (!isReachable || all.filter((control) => control.tabIndex === 0).length > 1) {
      setStop(all.find(isVisible));
    }
  };
  group.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLElement && target.matches(selector)) {
      setStop(target);
    }
  });
  group.addEventListener("keydown", (event) => {
    const all = controls().filter(isVisible);
    const at = all.indexOf(/** @type {HTMLElement} */ (event.target));
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const step = keys.includes(event.key) ? STEPS.get(event.key) : undefined;
    const to = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : step && at + step;
    if (to !== undefined && all[to]) {
      event.preventDefault();
      all[to].focus();
    }
  });
  update();
  return update;
}

/** @param {HTMLElement} element */
function isVisible(element) {
  return element.offsetParent !== null;
}
