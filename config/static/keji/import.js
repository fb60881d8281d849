// The import page: files and folders are dropped, listed, and sent with a bar; many go in several requests as one batch.
// The preview and the queue of accounts: suggestions are taken by a press. The targets' grid: sums follow what is typed.
// All pages work without this script.
(() => {
  "use strict";
  const PART_BYTES = 60 * 1024 * 1024; // of one request, so that a broken line costs little
  const size = (bytes) =>
    bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));

  // Why a file is not sent, or nothing.
  const unfit = (file, mostBytes) => {
    const name = file.name.toLowerCase();
    if (name.startsWith(".") || name.startsWith("~$") || name === "thumbs.db" || name === "desktop.ini") return "hidden";
    if (file.name.includes("快捷短语")) return "phrases";
    if (name.endsWith(".xls")) return "xls";
    if (!/\.(xlsx|csv|txt)$/.test(name)) return "type";
    if (file.size > mostBytes) return "large";
    return file.size === 0 ? "empty" : "";
  };

  // All files below what was dropped; folders are walked.
  const walk = async (entry, path) => {
    if (entry.isFile) {
      const file = await new Promise((good, bad) => entry.file(good, bad));
      return [{ file, path: path + file.name }];
    }
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((good, bad) => reader.readEntries(good, bad));
      if (!some.length) break;
      for (const one of some) found.push(...(await walk(one, `${path}${entry.name}/`)));
    }
    return found;
  };

  const upload = (form) => {
    const zone = form.querySelector("[data-drop]");
    const inputs = [...zone.querySelectorAll("input[type=file]")];
    const box = form.querySelector("[data-chosen]");
    const list = box.querySelector("[data-files]");
    const unsent = box.querySelector("[data-unsent]");
    const sending = form.querySelector("[data-sending]");
    const problem = form.querySelector("[data-problem]");
    const send = form.querySelector("[data-send]");
    const most = {
      files: Number(form.dataset.mostFiles),
      inBatch: Number(form.dataset.mostInBatch),
      bytes: Number(form.dataset.mostBytes),
    };
    const words = {};
    for (const word of form.querySelector("[data-words]").content.querySelectorAll("[data-word]")) {
      words[word.dataset.word] = word.textContent;
    }
    let chosen = []; // {file, path}
    let left = []; // {path, why}
    let request = null;
    let stopped = false;
    inputs.forEach((input) => input.classList.add("ki-hidden"));

    const parts = () => {
      const found = [[]];
      let bytes = 0;
      for (const one of chosen) {
        const last = found[found.length - 1];
        if (last.length && (last.length >= most.files || bytes + one.file.size > PART_BYTES)) {
          found.push([one]);
          bytes = one.file.size;
        } else {
          last.push(one);
          bytes += one.file.size;
        }
      }
      return found;
    };
    const say = (text) => {
      problem.textContent = text;
      problem.hidden = !text;
    };
    const item = (path, text, remove) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = path;
      const more = document.createElement("span");
      more.className = "keji-quiet";
      more.textContent = text;
      row.append(name, " ", more);
      if (remove) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "ki-textbutton";
        button.textContent = "×";
        button.setAttribute("aria-label", fill(words.remove, { name: path }));
        button.addEventListener("click", remove);
        row.append(" ", button);
      }
      return row;
    };
    const show = () => {
      const bytes = chosen.reduce((sum, one) => sum + one.file.size, 0);
      const many = parts().length;
      let text = fill(words.summary, { count: chosen.length, size: size(bytes) });
      if (many > 1) text += ` · ${fill(words.requests, { count: many })}`;
      box.hidden = !chosen.length && !left.length;
      box.querySelector("[data-summary]").textContent = text;
      list.replaceChildren(
        ...chosen.map((one) =>
          item(one.path, size(one.file.size), () => {
            chosen = chosen.filter((other) => other !== one);
            show();
          }),
        ),
      );
      unsent.hidden = !left.length;
      // What may be meant to go in is shown at once; hidden files are only counted.
      if (left.some((one) => !["hidden", "phrases"].includes(one.why))) unsent.open = true;
      unsent.querySelector("summary").textContent = fill(words.unsent, { count: left.length });
      unsent.querySelector("ul").replaceChildren(...left.map((one) => item(one.path, words[one.why] || one.why)));
    };
    const add = (found) => {
      say("");
      const have = new Set(chosen.map((one) => `${one.path}|${one.file.size}|${one.file.lastModified}`));
      for (const one of found) {
        const key = `${one.path}|${one.file.size}|${one.file.lastModified}`;
        const why = unfit(one.file, most.bytes) || (have.has(key) ? "twice" : "");
        if (why) left.push({ path: one.path, why });
        else if (chosen.length >= most.inBatch) left.push({ path: one.path, why: "toomany" });
        else {
          chosen.push(one);
          have.add(key);
        }
      }
      chosen.sort((a, b) => (a.path < b.path ? -1 : 1));
      show();
    };
    // Before the admin's own listener, which looks for a text field beside every file field.
    form.addEventListener(
      "change",
      (event) => {
        const input = event.target;
        if (!inputs.includes(input)) return;
        event.stopPropagation();
        add([...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
        input.value = "";
      },
      true,
    );
    box.querySelector("[data-empty]").addEventListener("click", () => {
      chosen = [];
      left = [];
      show();
    });
    for (const name of ["dragenter", "dragover"]) {
      form.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
    }
    form.addEventListener("dragleave", (event) => {
      if (!form.contains(event.relatedTarget)) zone.classList.remove("is-over");
    });
    form.addEventListener("drop", async (event) => {
      event.preventDefault();
      zone.classList.remove("is-over");
      const items = [...(event.dataTransfer.items || [])];
      const entries = items.map((one) => one.webkitGetAsEntry && one.webkitGetAsEntry()).filter(Boolean);
      if (!entries.length) {
        add([...event.dataTransfer.files].map((file) => ({ file, path: file.name })));
        return;
      }
      const found = [];
      for (const entry of entries) found.push(...(await walk(entry, "")));
      add(found);
    });

    const post = (data, told) =>
      new Promise((good, bad) => {
        request = new XMLHttpRequest();
        request.open("POST", form.action);
        request.setRequestHeader("Accept", "application/json");
        request.upload.addEventListener("progress", (event) => told(event.loaded));
        request.addEventListener("load", () => {
          let answer = {};
          try {
            answer = JSON.parse(request.responseText);
          } catch {
            // A page instead of words: the server was stopped or the login has ended.
          }
          if (request.status === 200 && answer.url) good(answer);
          else bad(new Error(answer.error || words.lost));
        });
        request.addEventListener("error", () => bad(new Error(words.lost)));
        request.addEventListener("abort", () => bad(new Error(words.stopped)));
        request.send(data);
      });
    const sent = async () => {
      const all = chosen.reduce((sum, one) => sum + one.file.size, 0) || 1;
      const bar = sending.querySelector("progress");
      const text = sending.querySelector("[data-sent]");
      const groups = parts();
      let before = 0;
      let answer = { batch: "" };
      for (const [index, group] of groups.entries()) {
        if (stopped) throw new Error(words.stopped);
        const data = new FormData(form);
        data.delete("uploads");
        data.set("batch", answer.batch);
        data.set("more", index < groups.length - 1 ? "1" : "0");
        for (const one of group) data.append("uploads", one.file, one.file.name);
        const bytes = group.reduce((sum, one) => sum + one.file.size, 0);
        answer = await post(data, (loaded) => {
          const done = Math.min(before + loaded, before + bytes);
          bar.value = Math.floor((done * 100) / all);
          text.textContent = fill(words.sending, { done: size(done), all: size(all) });
        });
        before += bytes;
      }
      return answer;
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (request) return;
      if (!chosen.length) {
        say(words.none);
        return;
      }
      say("");
      stopped = false;
      send.disabled = true;
      sending.hidden = false;
      try {
        location.assign((await sent()).url);
      } catch (error) {
        request = null;
        send.disabled = false;
        sending.hidden = true;
        say(error.message);
      }
    });
    form.querySelector("[data-stop]").addEventListener("click", () => {
      stopped = true;
      if (request) request.abort();
    });
    // Back from the next page the form is as it was left, not in the middle of sending.
    window.addEventListener("pageshow", () => {
      request = null;
      send.disabled = false;
      sending.hidden = true;
    });
  };

  // Suggestions about accounts: one press takes one, or all rows that are still open.
  const accounts = (table) => {
    const take = (button) => {
      const field = button.closest("tr").querySelector("[name=whose]");
      field.value = button.dataset.take;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const buttons = [...table.querySelectorAll("[data-take]")];
    for (const button of buttons) {
      button.hidden = false;
      button.addEventListener("click", () => take(button));
    }
    const all = table.closest(".keji-panel").querySelector("[data-take-all]");
    if (all && buttons.length) {
      all.hidden = false;
      all.addEventListener("click", () => {
        for (const button of buttons) if (!button.closest("tr").querySelector("[name=whose]").value) take(button);
      });
    }
  };

  // Amounts are summed in cents, so that no sum is off by one.
  const cents = (text) => {
    const plain = text.replace(/[,，\s]/g, "");
    if (plain === "") return 0n;
    const found = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(plain);
    return found ? BigInt(found[1]) * 100n + BigInt((found[2] || "").padEnd(2, "0")) : null;
  };
  const written = (sum) => {
    const whole = (sum / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
    return `${whole}.${(sum % 100n).toString().padStart(2, "0")}`;
  };
  const grid = (table) => {
    const add = () => {
      for (const cell of table.querySelectorAll("[data-sum]")) {
        let sum = 0n;
        for (const input of table.querySelectorAll(`input[data-kind="${cell.dataset.sum}"]`)) {
          const value = cents(input.value);
          input.classList.toggle("is-bad", value === null);
          sum += value || 0n;
        }
        cell.textContent = written(sum);
      }
    };
    table.addEventListener("input", add);
    add();
  };
  const start = () => {
    document.querySelectorAll("[data-import]").forEach(upload);
    document.querySelectorAll("[data-accounts]").forEach(accounts);
    document.querySelectorAll("[data-grid]").forEach(grid);
    document.querySelectorAll("[data-submits]").forEach((input) => {
      input.form.addEventListener(
        "change",
        (event) => {
          event.stopPropagation();
          if (input.files.length) input.form.submit();
        },
        true,
      );
    });
    document.querySelectorAll("[data-goes]").forEach((field) => {
      field.addEventListener("change", () => field.form.submit());
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
