// The import page: files may be dropped anywhere on the field, and their names are shown before they go.
// The targets' grid: sums follow what is typed. Both pages work without this script.
(() => {
  "use strict";
  const drop = (zone) => {
    const input = zone.querySelector("input[type=file]");
    const list = zone.querySelector("[data-chosen]");
    input.classList.add("ki-hidden");
    const show = () => {
      list.replaceChildren(
        ...[...input.files].map((file) => {
          const item = document.createElement("li");
          item.textContent = `${file.name} · ${Math.max(1, Math.round(file.size / 1024))} KB`;
          return item;
        }),
      );
    };
    input.addEventListener("change", show);
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
    }
    zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("is-over");
      const all = new DataTransfer();
      for (const file of [...input.files, ...event.dataTransfer.files]) all.items.add(file);
      input.files = all.files;
      show();
    });
  };
  // Amounts are summed in cents, so that no sum is off by one.
  const cents = (text) => {
    const plain = text.replace(/[,，\s]/g, "");
    if (plain === "") return 0n;
    const found = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(plain);
    return found ? BigInt(found[1]) * 100n + BigInt((found[2] || "").padEnd(2, "0")) : null;
  };
  const written = (sum) => {
    const whole = (sum / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
    return `${whole}.${(sum % 100n).toString().padStart(2, "0")}`;
  };
  const grid = (table) => {
    const add = () => {
      for (const cell of table.querySelectorAll("[data-sum]")) {
        let sum = 0n;
        for (const input of table.querySelectorAll(`input[data-kind="${cell.dataset.sum}"]`)) {
          const value = cents(input.value);
          input.classList.toggle("is-bad", value === null);
          sum += value || 0n;
        }
        cell.textContent = written(sum);
      }
    };
    table.addEventListener("input", add);
    add();
  };
  const start = () => {
    document.querySelectorAll("[data-drop]").forEach(drop);
    document.querySelectorAll("[data-grid]").forEach(grid);
    document.querySelectorAll("[data-submits]").forEach((input) => {
      input.addEventListener("change", () => input.files.length && input.form.submit());
    });
    document.querySelectorAll("[data-goes]").forEach((field) => {
      field.addEventListener("change", () => field.form.submit());
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
