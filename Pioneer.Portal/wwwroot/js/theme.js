// Runs before the first paint: what was chosen, else what the system prefers.
(() => {
  const chosen = document.cookie.match(/(?:^|; )pioneer-theme=(light|dark)/)?.[1];
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
