// Bars of long work: each asks for its present state until the work has ended.
// A bar with data-job-reload loads the page anew at the end, since the page then shows the result.
(() => {
  "use strict";
  const follow = (bar) => {
    const every = Number(bar.dataset.jobEvery || 2) * 1000;
    const again = () => window.setTimeout(ask, every);
    const ask = async () => {
      if (!bar.isConnected) return;
      let text = "";
      try {
        const answer = await fetch(bar.dataset.jobUrl, { headers: { "X-Requested-With": "fetch" } });
        if (answer.status === 404) return;
        if (!answer.ok) return again();
        text = await answer.text();
      } catch {
        return again();
      }
      const fresh = new DOMParser().parseFromString(text, "text/html").querySelector(".keji-job");
      if (!fresh) return;
      const next = fresh.querySelector("[name=next]");
      if (next) next.value = location.pathname;
      const reload = "jobReload" in bar.dataset;
      if (reload) fresh.dataset.jobReload = "";
      bar.replaceWith(fresh);
      if (fresh.dataset.jobUrl) follow(fresh);
      else if (reload) location.reload();
    };
    again();
  };
  const start = () => document.querySelectorAll("[data-job-url]").forEach(follow);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
