const key = "pioneer-results-height", step = 24, least = 120, room = 240;

// Lets the handle set the height of what is below it, in pixels, as a share of the window for readers of screens.
export function split(handle) {
  const bench = handle.parentElement;
  const height = () => bench.querySelector(".wb-bottom").getBoundingClientRect().height;
  const set = wanted => {
    const pixels = Math.round(Math.max(Math.min(wanted, window.innerHeight - room), least));
    bench.style.setProperty("--wb-results", `${pixels}px`);
    handle.setAttribute("aria-valuenow", Math.round(100 * pixels / window.innerHeight));
    return pixels;
  };
  const keep = wanted => localStorage.setItem(key, set(wanted));
  const kept = Number(localStorage.getItem(key));
  if (kept) { set(kept); }
  handle.addEventListener("pointerdown", down => {
    const from = down.clientY + height();
    const move = e => keep(from - e.clientY);
    handle.setPointerCapture(down.pointerId);
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", move), { once: true });
    down.preventDefault();
  });
  handle.addEventListener("keydown", e => {
    const by = { ArrowUp: step, ArrowDown: -step }[e.key];
    if (by) { keep(height() + by); e.preventDefault(); }
  });
}
