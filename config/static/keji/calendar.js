// The calendar of figures: a cell opens in a dialog, arrow keys walk the cells. Without this script a cell is a link.
(() => {
  "use strict";
  const grid = document.querySelector("[data-calendar]");
  const dialog = document.querySelector("[data-dialog]");
  if (!grid || !dialog || !dialog.showModal) return;
  const inside = dialog.querySelector("[data-inside]");
  const cells = [...grid.querySelectorAll("a.kc-cell")];
  const isOpen = (cell) => !cell.classList.contains("is-complete");
  // Tab goes from gap to gap; the cells between are reached by arrows.
  cells.forEach((cell, number) => {
    if (number && !isOpen(cell)) cell.tabIndex = -1;
  });
  let last = null;
  const open = async (cell) => {
    last = cell;
    try {
      const answer = await fetch(cell.href, { headers: { "X-Keji-Part": "1" }, credentials: "same-origin" });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      inside.innerHTML = await answer.text();
    } catch {
      window.location.href = cell.href;
      return;
    }
    cell.classList.add("is-open");
    dialog.showModal();
  };
  grid.addEventListener("click", (event) => {
    const cell = event.target.closest("a.kc-cell");
    if (!cell || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(cell);
  });
  const places = (cell) => {
    const box = cell.closest("td");
    const row = box.parentElement;
    return [row, [...row.children].indexOf(box)];
  };
  const walk = (cell, down, right) => {
    let [row, column] = places(cell);
    const rows = [...grid.querySelectorAll("tbody tr:not(.kc-shop)")];
    let number = rows.indexOf(row);
    for (;;) {
      number += down;
      column += right;
      const next = rows[number] && rows[number].children[column];
      if (!next || next.matches("th, .kc-end")) return;
      const found = next.querySelector("a.kc-cell");
      if (found) {
        found.focus();
        return;
      }
    }
  };
  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("a.kc-cell");
    const step = STEPS[event.key];
    if (!cell || !step) return;
    event.preventDefault();
    walk(cell, ...step);
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    inside.replaceChildren();
    if (last) {
      last.classList.remove("is-open");
      last.focus();
    }
  });
})();
