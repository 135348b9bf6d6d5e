/* Light or dark before anything is painted: a plain script, as modules run too late for that. */
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("beamcast-theme");
  } catch (forbidden) {
    // storage is blocked: the system's choice holds
  }
  var dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  var theme = chosen === "light" || chosen === "dark" ? chosen : dark ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
})();
