// Comfort only: every page works without this file.
(() => {
  "use strict";

  // A pressed button says so and cannot be pressed twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.dataset.sent) {
      event.preventDefault();
      return;
    }
    const button = event.submitter;
    form.dataset.sent = "1";
    if (button && button.dataset.busy) {
      button.dataset.idle = button.textContent;
      // After the browser has read the button's own value into the request.
      setTimeout(() => {
        button.textContent = button.dataset.busy;
        button.disabled = true;
      }, 0);
    }
  });

  // Coming back by the browser's button finds the form usable again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("button[data-idle]").forEach((button) => {
        button.textContent = button.dataset.idle;
        button.disabled = false;
      });
    });
  });

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details[data-closes][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details[data-closes][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  document.addEventListener("DOMContentLoaded", () => {
    const first = document.querySelector("[data-focus]");
    if (first) first.focus();
  });
})();
