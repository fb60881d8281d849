// The year plan: what is typed is marked as kept, and leaving it unsaved is asked about. Works without this.
(() => {
  "use strict";
  const start = () => {
    const form = document.querySelector("[data-year]");
    if (!form) return;
    const note = form.querySelector("[data-unsaved]");
    let unsaved = false;
    const touch = (event) => {
      unsaved = true;
      note.hidden = false;
      const field = event.target;
      if (field.name && field.name.startsWith("amount-")) {
        const pin = form.querySelector(`input[name="pin-${field.name.slice(7)}"]`);
        if (pin) {
          pin.checked = pin.defaultChecked || field.value !== field.defaultValue;
          field.closest("tr").classList.toggle("is-kept", pin.checked);
        }
      } else if (field.name && field.name.startsWith("pin-")) {
        field.closest("tr").classList.toggle("is-kept", field.checked);
      }
    };
    form.addEventListener("input", touch);
    form.addEventListener("submit", () => {
      unsaved = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (unsaved) event.preventDefault();
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
