// Counts what is ticked and names the reasons still missing. The form works without it.
(() => {
  "use strict";
  const form = document.querySelector("[data-objection]");
  if (!form) return;
  const state = document.querySelector("[data-state]");
  const send = document.querySelector("[data-send]");
  const ticked = () => [...form.querySelectorAll("input[type=checkbox]:checked")];
  const reasonOf = (box) => document.getElementById(box.id.replace("line-", "reason-"));
  const gaps = () => ticked().filter((box) => !reasonOf(box).value.trim());

  const tell = () => {
    const chosen = ticked();
    const open = gaps();
    if (!chosen.length) {
      state.textContent = form.dataset.none;
    } else if (open.length) {
      const names = open.map((box) => box.dataset.name).join(form.dataset.comma);
      state.textContent = form.dataset.missing.replace("{n}", open.length).replace("{names}", names);
    } else {
      state.textContent = form.dataset.ready;
    }
    if (chosen.length) send.textContent = form.dataset.button.replace("{n}", chosen.length);
  };

  form.addEventListener("input", (event) => {
    if (event.target.type === "checkbox" && event.target.checked) reasonOf(event.target).focus();
    tell();
  });

  // The button stays usable and leads to the gap.
  form.addEventListener(
    "submit",
    (event) => {
      const gap = gaps()[0];
      // Evidence is added and removed with reasons still missing.
      if (!gap || (event.submitter && event.submitter.hasAttribute("formaction"))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      reasonOf(gap).classList.add("wrong");
      reasonOf(gap).focus();
      tell();
    },
    true,
  );
  if (ticked().length) tell();
})();
