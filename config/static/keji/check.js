// Comfort for the spot check: live total, chat preview, quoting, keys, the phone's sheet. The form works without it.
(() => {
  "use strict";
  const form = document.getElementById("check-form");
  if (!form) return;
  const rubric = document.getElementById("rubric");
  const items = [...rubric.querySelectorAll(".item")];

  // Live total and tiles
  const markOf = (item) => {
    const chosen = item.querySelector("input[type=radio]:checked");
    if (!chosen) return 5;
    const value = Number(chosen.value);
    return value - (item.querySelector("input.half").checked && value > 0 ? 0.5 : 0);
  };
  const refresh = () => {
    document.getElementById("total").textContent = String(items.reduce((sum, item) => sum + markOf(item), 0));
    items.forEach((item) => {
      const tile = rubric.querySelector(`.tile-mark[data-for="${item.dataset.item}"]`);
      const mark = markOf(item);
      tile.querySelector("b").textContent = String(mark);
      tile.classList.toggle("low", mark < 5);
    });
  };
  form.addEventListener("change", refresh);
  refresh();

  // The phone's sheet: low with all marks visible, high with the whole rubric
  const toggle = rubric.querySelector(".sheet-toggle");
  const body = rubric.querySelector(".rubric-body");
  const open = (wide) => {
    rubric.classList.toggle("open", wide);
    toggle.setAttribute("aria-expanded", String(wide));
  };
  rubric.classList.add("sheet");
  form.classList.add("with-sheet");
  rubric.querySelector(".tiles").hidden = false;
  toggle.hidden = false;
  toggle.addEventListener("click", () => open(!rubric.classList.contains("open")));
  rubric.querySelectorAll(".tile-mark").forEach((tile) => {
    tile.addEventListener("click", () => {
      open(true);
      const item = items.find((one) => one.dataset.item === tile.dataset.for);
      body.scrollTop = item.offsetTop - body.offsetTop;
      item.querySelector("input:checked").focus({ preventScroll: true });
    });
  });
  if (rubric.querySelector(".fault")) open(true);

  // A pasted chat is shown as bubbles
  const text = document.getElementById("id_text");
  const chat = document.getElementById("chat");
  let timer = 0;
  let asked = 0;
  const preview = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(text.dataset.preview, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
      if (!answer.ok || mine !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      chat.replaceChildren(...page.body.childNodes);
      if (text.value.trim()) text.closest("details").open = false;
    } catch {
      // Offline: the text stays in its field and the server reads it on saving.
    }
  };
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(preview, 500);
  });
  document.getElementById("id_buyer").addEventListener("change", () => {
    if (text.value.trim()) preview();
  });

  // Words selected in the chat, or a wait that is tapped, become a quote
  let bar = null;
  const drop = () => {
    if (bar) bar.remove();
    bar = null;
  };
  const offer = (words, place) => {
    drop();
    bar = document.createElement("div");
    bar.className = "quote-bar";
    const label = document.createElement("span");
    label.textContent = form.dataset.quoteTo;
    bar.append(label);
    items.forEach((item) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = rubric.querySelector(`.tile-mark[data-for="${item.dataset.item}"] span`).textContent;
      button.addEventListener("click", () => {
        const box = item.querySelector(".quote-box");
        box.value = words.slice(0, 300);
        if (markOf(item) === 5) {
          item.querySelector("input[value='4']").checked = true;
        }
        drop();
        refresh();
        open(true);
        body.scrollTop = item.offsetTop - body.offsetTop;
      });
      bar.append(button);
    });
    document.body.append(bar);
    const width = bar.offsetWidth;
    bar.style.left = `${Math.max(8, Math.min(place.left, window.innerWidth - width - 8))}px`;
    bar.style.top = `${Math.max(8, place.top - bar.offsetHeight - 8)}px`;
  };
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    const words = selection.toString().trim();
    const inside = selection.anchorNode && chat.contains(selection.anchorNode);
    if (words && inside) offer(words, selection.getRangeAt(0).getBoundingClientRect());
  });
  chat.addEventListener("click", (event) => {
    const wait = event.target.closest(".wait");
    if (wait) offer(wait.textContent.trim(), wait.getBoundingClientRect());
  });
  document.addEventListener("pointerdown", (event) => {
    if (bar && !bar.contains(event.target)) drop();
  });

  // Keys on a desk; never while a text field has the focus
  let at = -1;
  document.addEventListener("keydown", (event) => {
    const focus = document.activeElement;
    if (focus.matches("textarea, select, summary, a, button, input:not([type=radio], [type=checkbox])")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = Math.max(0, Math.min(items.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)));
      items[at].querySelector("input:checked").focus();
    } else if (at >= 0 && /^[0-5]$/.test(event.key)) {
      items[at].querySelector(`input[value='${event.key}']`).click();
    } else if (at >= 0 && event.key === ".") {
      items[at].querySelector("input.half").click();
    } else if (event.key === "Enter") {
      form.requestSubmit(rubric.querySelector(".rubric-bar .btn-k"));
    } else {
      return;
    }
    event.preventDefault();
  });
  items.forEach((item, number) => item.addEventListener("focusin", () => { at = number; }));

  // A lost connection keeps the form and says so
  form.addEventListener("submit", (event) => {
    const note = document.getElementById("offline");
    note.hidden = navigator.onLine;
    note.textContent = form.dataset.offline;
    if (!navigator.onLine) event.preventDefault();
  }, true);
})();
