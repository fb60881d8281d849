// The bulk bar of a review appears with the selection and counts it. Without this script the bar is always there.
(() => {
  "use strict";
  const start = () => {
    const form = document.querySelector("[data-bulk]");
    if (!form) return;
    const bar = form.querySelector("[data-bar]");
    const count = form.querySelector("[data-count]");
    const all = form.querySelector("[data-all]");
    const page = form.querySelector("[data-page]");
    const clear = form.querySelector("[data-clear]");
    const ticks = [...form.querySelectorAll("input[name=card]")];
    page.hidden = clear.hidden = false;
    const show = () => {
      const ticked = ticks.filter((tick) => tick.checked).length;
      const every = all && all.checked;
      bar.hidden = !ticked && !every;
      count.textContent = count.dataset.words.replace("COUNT", every ? all.dataset.all : String(ticked));
      page.checked = ticked === ticks.length;
      page.indeterminate = ticked > 0 && ticked < ticks.length;
      ticks.forEach((tick) => tick.closest("tr").classList.toggle("is-ticked", tick.checked || every));
    };
    form.addEventListener("change", (event) => {
      if (event.target === page) ticks.forEach((tick) => (tick.checked = page.checked));
      if (event.target !== all && all) all.checked = false;
      show();
    });
    clear.addEventListener("click", () => {
      ticks.forEach((tick) => (tick.checked = false));
      if (all) all.checked = false;
      show();
    });
    window.addEventListener("pageshow", show);
    show();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
