/** The light and the dark theme: the system's, until the viewer chooses one, which is stored. */

const KEY = "beamcast-theme";

/**
 * @param {HTMLButtonElement} button switches the theme
 * @param {() => void} onChange called now and after each change
 */
export function attachThemeButton(button, onChange) {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const ofSystem = () => (system.matches ? "dark" : "light");
  const apply = (/** @type {string} */ theme) => {
    root.dataset.theme = theme;
    const other = theme === "dark" ? "light" : "dark";
    button.setAttribute("aria-label", `Switch to the ${other} theme`);
    button.title = `Switch to the ${other} theme`;
    onChange();
  };
  button.addEventListener("click", () => {
    const theme = root.dataset.theme === "dark" ? "light" : "dark";
    store(theme === ofSystem() ? null : theme); // the same as the system's: follow it again
    apply(theme);
  });
  system.addEventListener("change", () => load() === null && apply(ofSystem()));
  apply(root.dataset.theme ?? ofSystem());
}

function load() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is blocked
  }
}

/** @param {string | null} theme null: the system's */
function store(theme) {
  try {
    if (theme === null) {
      localStorage.removeItem(KEY);
    } else {
      localStorage.setItem(KEY, theme);
    }
  } catch {
    // storage is blocked: the choice lasts until the page is closed
  }
}
