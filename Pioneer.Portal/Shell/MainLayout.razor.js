// Keyboard, theme and facts of the window. One listener for the whole shell.
let layout, attached = 0, pendingG = false, timer;
const places = { o: "/", t: "/tenants", i: "/ingestion/matrix", s: "/subscriptions", d: "/seeds", r: "/recovery", p: "/operations", a: "/activity" };

const typing = t => t.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName);

// Enter in a line of a dialog presses its filled button. What destroys has no filled button: that is pressed itself.
function submits(e) {
  const dialog = e.target.closest?.(".mud-dialog"), button = dialog?.querySelector(".mud-dialog-actions .btn.primary:not([disabled])");
  if (!button || e.key !== "Enter" || e.repeat || e.isComposing || e.target.tagName !== "INPUT" || e.target.readOnly) { return false; }
  e.preventDefault();
  // what was typed is told before the click, as the browser does in a form
  e.target.dispatchEvent(new Event("change", { bubbles: true }));
  button.click();
  return true;
}

// Escape closes an open menu and gives the focus back to what opened it, as it does everywhere else.
function closesMenu(e) {
  const overlay = e.key === "Escape" && document.querySelector(".mud-popover-open .mud-list") && document.querySelector(".mud-overlay:not(.mud-overlay-dialog)");
  if (!overlay) { return false; }
  overlay.click();
  document.querySelector(".mud-menu.account button[aria-expanded=true], .account .mud-button-root")?.focus();
  return true;
}

function onKey(e) {
  if (closesMenu(e)) { return; }
  if (!e.defaultPrevented && !e.ctrlKey && !e.metaKey && !e.altKey && submits(e)) { return; }
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) { return; }
  if (pendingG) {
    pendingG = false; clearTimeout(timer);
    // the browser's own navigation: a layout that is just being replaced could not answer
    if (places[e.key]) { e.preventDefault(); Blazor.navigateTo(places[e.key]); }
    return;
  }
  if (e.key === "/") { e.preventDefault(); document.getElementById("global-search")?.focus(); }
  else if (e.key === "?") { e.preventDefault(); layout.invokeMethodAsync("ShowShortcutsAsync"); }
  else if (e.key === "g") { pendingG = true; timer = setTimeout(() => pendingG = false, 3000); }
}

function set(dark) { document.documentElement.dataset.theme = dark ? "dark" : "light"; window.dispatchEvent(new CustomEvent("pioneer-theme", { detail: dark })); return dark; }

export function attach(ref) {
  layout = ref;
  document.addEventListener("keydown", onKey);
  document.documentElement.dataset.interactive = "true";
  return { attachment: ++attached, dark: document.documentElement.dataset.theme === "dark", timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
}

// a layout that was replaced goes away after its successor came: it must not take the listener along
export function detach(attachment) { if (attachment === attached) { document.removeEventListener("keydown", onKey); } }

export function toggleTheme() {
  const dark = document.documentElement.dataset.theme !== "dark";
  document.cookie = `pioneer-theme=${dark ? "dark" : "light"}; path=/; max-age=31536000; samesite=lax`;
  return set(dark);
}
