/* The editor of rules: line numbers, colours and marked lines over the plain field, which stays what is sent. */
"use strict";

/* A trial that runs shows how far it is, unless somebody is about to say something. */
(() => {
  if (!document.querySelector("[data-reload]")) return;
  setTimeout(() => {
    const typed = [...document.querySelectorAll("input[type=text]")].some((field) => field.value !== "");
    if (!typed && document.activeElement === document.body) location.reload();
  }, 2000);
})();

(() => {
  const area = document.querySelector("textarea[data-lua]");
  if (!area || !window.CodeMirror) return;
  const label = document.querySelector(`label[for="${area.id}"]`);
  area.required = false; // hidden from here on; the server says what is missing
  const editor = window.CodeMirror.fromTextArea(area, {
    mode: "lua", lineNumbers: true, matchBrackets: true, indentUnit: 2, tabSize: 2, viewportMargin: 20,
    screenReaderLabel: label.textContent,
    extraKeys: { Tab: false, "Shift-Tab": false }, // Tab goes on to the next field, as everywhere
  });
  const field = editor.getInputField();
  field.setAttribute("aria-describedby", area.getAttribute("aria-describedby"));
  label.addEventListener("click", () => editor.focus());
  for (const link of document.querySelectorAll("a[data-line]")) {
    const line = Number(link.dataset.line) - 1;
    if (link.closest(".faults, .differs")) editor.addLineClass(line, "background", "line-fault");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      editor.setCursor(line, 0);
      editor.scrollIntoView({ line, ch: 0 }, 120);
      editor.focus();
      editor.getWrapperElement().scrollIntoView({ block: "center" });
    });
  }
})();
