// Keeps a long form on the server while it is typed. Nothing is stored in the browser: texts may quote chats.
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const said = document.querySelector("[data-kept]");
  const WAIT = 2000;
  const AGAIN = 5000;
  let version = 0;
  let kept = 0;
  let timer = 0;
  let running = null;
  let leaving = false;

  const tell = (text, tone, link) => {
    said.textContent = text;
    said.dataset.tone = tone;
    if (!link) return;
    const anchor = document.createElement("a");
    anchor.href = form.dataset.login;
    anchor.target = "_blank";
    anchor.rel = "noopener";
    anchor.textContent = form.dataset.loginWords;
    said.append(" ", anchor);
  };

  const words = () => {
    const data = new FormData(form);
    // Files go by themselves; what is kept here is text.
    [...data.entries()].forEach(([name, value]) => {
      if (value instanceof File) data.delete(name);
    });
    return data;
  };

  // After a new log-in the page's token is an old one: take the fresh one from the page itself.
  const renew = async () => {
    const answer = await fetch(window.location.pathname, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok || answer.redirected) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("form[data-draft] input[name=csrfmiddlewaretoken]");
    if (!fresh) return false;
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => {
      field.value = fresh.value;
    });
    return true;
  };

  const post = () => fetch(form.dataset.draft, { method: "POST", body: words(), credentials: "same-origin" });

  const save = async () => {
    const mine = version;
    try {
      let answer = await post();
      if ((answer.redirected || answer.status === 403) && (await renew())) answer = await post();
      if (answer.redirected || answer.status === 401 || answer.status === 403) {
        tell(form.dataset.out, "warn", true);
        return false;
      }
      // The server could not keep it just now.
      if (answer.status >= 500) throw new Error(String(answer.status));
      const text = (await answer.text()).trim();
      if (answer.ok) {
        kept = Math.max(kept, mine);
        tell(text, "", false);
        return true;
      }
      if (answer.status === 409) kept = Math.max(kept, mine);
      tell(answer.status === 409 ? text : form.dataset.unkept, "warn", false);
      return answer.status === 409;
    } catch {
      tell(form.dataset.lost, "warn", false);
      return false;
    }
  };

  // One request at a time; what was typed meanwhile goes with the next one.
  const keep = () => {
    clearTimeout(timer);
    if (!running) {
      running = save().then((done) => {
        running = null;
        if (kept < version) timer = setTimeout(keep, done ? WAIT : AGAIN);
        return done;
      });
    }
    return running;
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    version += 1;
    clearTimeout(timer);
    timer = setTimeout(keep, WAIT);
  });
  window.addEventListener("online", () => {
    if (kept < version) keep();
  });
  window.addEventListener("offline", () => tell(form.dataset.lost, "warn", false));
  document.addEventListener("visibilitychange", () => {
    if (kept < version) keep();
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && kept < version) event.preventDefault();
  });

  // Unkept words are kept first: a form sent into a lost connection or an expired log-in would take them along.
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (kept >= version) {
      leaving = true;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    Promise.resolve(running)
      .then(() => (kept >= version ? true : keep()))
      .then((done) => {
        if (done && kept >= version) form.requestSubmit(button);
        else if (said.dataset.tone !== "warn") tell(form.dataset.unkept, "warn", false);
      });
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
})();
