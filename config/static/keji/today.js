// Counts beside the menu's entries, and parts of a page that are fetched after it.
// The counts are those of the list itself: a page that has counted says so, all others ask once.
(() => {
  "use strict";
  const asked = { headers: { "X-Requested-With": "fetch" } };
  const counts = async () => {
    const menu = document.querySelector("#nav-sidebar-apps");
    if (!menu || !menu.dataset || document.querySelector("[data-keji-counted]")) return;
    const first = menu.querySelector("a[href$='/admin/']");
    if (!first) return;
    const answer = await fetch(new URL("today/counts/", first.href), asked);
    if (!answer.ok) return;
    const found = (await answer.json()).counts;
    for (const link of menu.querySelectorAll("a")) {
      const count = found[link.getAttribute("href")];
      if (!count || link.querySelector(".keji-count")) continue;
      const badge = document.createElement("span");
      badge.className = link === first ? "keji-count is-urgent" : "keji-count";
      badge.textContent = count;
      link.append(badge);
    }
  };
  const parts = () => document.querySelectorAll("[data-keji-part]").forEach(async (place) => {
    const answer = await fetch(place.dataset.kejiPart, asked);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...page.body.childNodes);
  });
  const start = () => {
    counts().catch(() => {});
    parts();
    document.querySelectorAll(".kt-month select").forEach((select) => {
      select.addEventListener("change", () => select.form.submit());
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
