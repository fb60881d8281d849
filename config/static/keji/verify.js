// Compares a PDF with the one that was issued: the file stays here, its SHA-256 goes to the page.
"use strict";
(() => {
  const LARGEST = 5 * 1024 * 1024;
  const box = document.getElementById("file-check");
  if (!box || !window.crypto || !window.crypto.subtle) return;
  box.hidden = false;
  const state = document.getElementById("file-state");
  document.getElementById("file").addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (!file) return;
    if (file.size > LARGEST) {
      state.textContent = box.dataset.large;
      return;
    }
    state.textContent = box.dataset.reading;
    const digest = await window.crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const next = new URL(window.location.href);
    next.searchParams.set("sha256", hex);
    window.location.assign(next);
  });
})();
