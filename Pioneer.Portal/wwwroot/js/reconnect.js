// Blazor raises components-reconnect-state-changed on the dialog; it is shown while the circuit is away.
const dialog = document.getElementById("components-reconnect-modal");
if (dialog) {
  dialog.addEventListener("components-reconnect-state-changed", e => {
    if (e.detail.state === "show") { dialog.showModal(); }
    else if (e.detail.state === "hide") { dialog.close(); }
    else if (e.detail.state === "rejected") { location.reload(); }
  });
  document.getElementById("reconnect-retry").addEventListener("click", async () => {
    if (!await Blazor.reconnect()) { location.reload(); }
  });
}
