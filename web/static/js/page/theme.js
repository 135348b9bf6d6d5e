/** Light and dark: the system's choice until somebody makes one here, which is then remembered. */

const KEY = "beamcast-theme";

/**
 * @param {HTMLButtonElement} button flips the theme
 * @param {() => void} changed called after each change
 */
export function attachThemeButton(button, changed) {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const ofSystem = () => (system.matches ? "dark" : "light");
  const apply = (/** @type {string} */ theme) => {
    root.dataset.theme = theme;
    const other = theme === "dark" ? "light" : "dark";
    button.setAttribute("aria-label", `Switch to the ${other} theme`);
    button.title = `Switch to the ${other} theme`;
    changed();
  };
  button.addEventListener("click", () => {
    const theme = root.dataset.theme === "dark" ? "light" : "dark";
    remember(theme === ofSystem() ? null : theme); // back at the system's choice: follow it again
    apply(theme);
  });
  system.addEventListener("change", () => remembered() === null && apply(ofSystem()));
  apply(root.dataset.theme ?? ofSystem());
}

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is blocked
  }
}

function remember(theme) {
  try {
    if (theme === null) {
      localStorage.removeItem(KEY);
    } else {
      localStorage.setItem(KEY, theme);
    }
  } catch {
    // storage is blocked: it holds until the page is left
  }
}
