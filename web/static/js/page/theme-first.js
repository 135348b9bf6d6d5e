/* Sets the theme before the first paint: a classic script, as modules run too late for that. */
(function () {
  let chosen = null;
  try {
    chosen = localStorage.getItem("beamcast-theme");
  } catch {
    // storage is blocked: the system's theme is used
  }
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = chosen === "light" || chosen === "dark" ? chosen : dark ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
})();
