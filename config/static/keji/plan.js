// The plan editor: sends the form as it stands and puts back what the server drew.
// Without this file every button is a form post that does the same.
"use strict";
(() => {
  const form = document.getElementById("plan-form");
  if (!form) return;
  const failed = document.getElementById("plan-failed");
  const last = new Map();
  let timer = 0;
  let turn = 0;
  let dirty = false;

  const parts = (name) =>
    name === "plan-form" ? [form] : form.querySelectorAll(`[data-part="${CSS.escape(name)}"]`);

  const openLines = () =>
    [...form.querySelectorAll(".kp-line details[open]")].map((one) => one.closest(".kp-line").id);

  const put = (name, html) => {
    if (last.get(name) === html) return;
    last.set(name, html);
    for (const place of parts(name)) place.innerHTML = html;
  };

  const mark = (errors) => {
    for (const field of form.querySelectorAll("input.kp-num, input.kp-text")) {
      const said = errors[field.name] || "";
      const note = field.nextElementSibling?.matches(".kp-error") ? field.nextElementSibling : null;
      if ((note?.textContent || "") === said) continue;
      note?.remove();
      field.toggleAttribute("aria-invalid", false);
      field.removeAttribute("title");
      if (!said) continue;
      field.setAttribute("aria-invalid", "true");
      field.title = said;
      const fresh = document.createElement("span");
      fresh.className = "kp-error";
      fresh.textContent = said;
      field.after(fresh);
    }
  };

  const ask = async (action) => {
    const mine = ++turn;
    const body = new FormData(form);
    body.delete("do");
    if (action) body.set("do", action);
    const open = action ? openLines() : [];
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": body.get("csrfmiddlewaretoken") },
        credentials: "same-origin",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const said = await answer.json();
      if (mine !== turn) return;
      failed.hidden = true;
      if (action) last.clear();
      for (const [name, html] of Object.entries(said.parts)) put(name, html);
      if (said.errors) mark(said.errors);
      if (action) {
        last.clear();
        for (const id of open) document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
        look(said.focus, action);
      }
    } catch {
      if (mine !== turn) return;
      failed.textContent = form.dataset.failed;
      failed.hidden = false;
    }
  };

  const look = (id, action) => {
    const place = id && document.getElementById(id);
    if (!place) return;
    const empty = [...place.querySelectorAll("input.kp-num")].find((one) => !one.value);
    if (action.startsWith("add_")) {
      place.scrollIntoView({ block: "nearest" });
      empty?.focus();
    }
  };

  form.addEventListener("input", (event) => {
    if (event.target.name?.startsWith("new-")) return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(() => ask(""), 300);
  });

  // Another measure or group changes units and places: the form is drawn anew.
  form.addEventListener("change", (event) => {
    if (!/^l\d+-(measure|group|small_below)$/.test(event.target.name || "")) return;
    clearTimeout(timer);
    ask("refresh");
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    if (!button || button.value === "save" || button.value === "publish") return;
    event.preventDefault();
    dirty = true;
    clearTimeout(timer);
    ask(button.value);
  });

  form.addEventListener("submit", () => {
    dirty = false;
  });

  window.addEventListener("beforeunload", (event) => {
    if (!dirty) return;
    event.preventDefault();
    event.returnValue = form.dataset.unsaved;
  });
})();
