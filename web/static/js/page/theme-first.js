/* Light or dark before anything is painted: a plain script, as modules run too late for that. */
(function () {
  let chosen = null;
  try {
    chosen = localStorage.getItem("beamcast-theme");
  } catch {
    // storage is blocked: the system's choice holds
  }
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = chosen === "light" || chosen === "dark" ? chosen : dark ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
})();
