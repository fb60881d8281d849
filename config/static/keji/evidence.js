// Evidence without leaving the page: a chosen picture goes up at once and shows how far it is. The form works without it.
(() => {
  "use strict";
  const form = document.querySelector("form[data-evidence]");
  if (!form) return;
  const boxOf = (element) => element.closest("[data-evidence-of]");

  const show = (box, html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    box.querySelector("[data-held]").replaceChildren(...page.body.childNodes);
    const none = box.querySelector(".evidence-none");
    if (none) none.hidden = Boolean(box.querySelector(".evidence"));
  };
  const fault = (box, text) => {
    const line = document.createElement("p");
    line.className = "fault";
    line.setAttribute("role", "alert");
    line.textContent = text;
    box.querySelectorAll(".fault").forEach((old) => old.remove());
    box.querySelector("[data-held]").append(line);
  };

  const send = (address, box, data, then) => {
    const progress = box.querySelector("[data-progress]");
    const request = new XMLHttpRequest();
    const buttons = [...box.querySelectorAll("button")];
    const free = () => {
      progress.hidden = true;
      buttons.forEach((button) => {
        button.disabled = false;
      });
    };
    buttons.forEach((button) => {
      button.disabled = true;
    });
    data.set("csrfmiddlewaretoken", form.querySelector("input[name=csrfmiddlewaretoken]").value);
    data.set("stamp", form.querySelector("input[name=stamp]").value);
    request.open("POST", address);
    request.setRequestHeader("X-Keji-Part", "1");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable || event.total < 100000) return;
      progress.hidden = false;
      progress.textContent = form.dataset.uploading.replace("{n}", Math.floor((event.loaded * 100) / event.total));
    });
    request.addEventListener("load", () => {
      free();
      const here = request.responseURL.endsWith(address);
      if (here && (request.status === 200 || request.status === 422)) {
        show(box, request.responseText);
        if (request.status === 200) then();
      } else if (here && request.status === 409) {
        fault(box, request.responseText);
      } else {
        fault(box, here ? form.dataset.uploadLost : form.dataset.out);
      }
    });
    request.addEventListener("error", () => {
      free();
      fault(box, form.dataset.uploadLost);
    });
    request.send(data);
  };

  const add = (box) => {
    const code = box.dataset.evidenceOf;
    const file = document.getElementById(`file-${code}`);
    const text = document.getElementById(`text-${code}`);
    const data = new FormData();
    data.set("add", code);
    if (file.files.length) data.set(file.name, file.files[0]);
    else data.set(text.name, text.value);
    const withFile = file.files.length > 0;
    send(form.dataset.evidence, box, data, () => {
      if (withFile) {
        file.value = "";
      } else {
        text.value = "";
        // The pasted words are evidence now: the draft forgets them.
        text.dispatchEvent(new Event("input", { bubbles: true }));
      }
      box.querySelector(".evidence-more").open = false;
    });
  };

  form.addEventListener("change", (event) => {
    if (event.target.type === "file" && event.target.files.length) add(boxOf(event.target));
  });
  form.addEventListener(
    "submit",
    (event) => {
      const button = event.submitter;
      if (!button || !(button.matches("[data-add]") || button.matches("[data-remove]"))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const box = boxOf(button);
      if (button.matches("[data-add]")) add(box);
      else send(new URL(button.formAction).pathname, box, new FormData(), () => {});
    },
    true,
  );
})();
