// A scanner is a keyboard that types very fast. Programmed with the prefix "~", what it types goes to
// the page's [data-scan] field, wherever the focus is; none of it reaches a field, a button or a
// shortcut. Without the prefix it types into the search box, as a student card should.

"use strict";

(() => {
  const PREFIX = "~";
  // No person types so fast; a scanner leaves at most a few milliseconds between two keys.
  const GAP_MS = 60;
  const LINE_BREAKS = new Set(["Enter", "ctrl+j", "ctrl+m"]);

  let typed = null;
  let last = 0;
  let timer = 0;

  function read(event) {
    const key = event.ctrlKey ? `ctrl+${event.key.toLowerCase()}` : event.key;
    if (LINE_BREAKS.has(key)) return "\n";
    return event.key.length === 1 && !event.ctrlKey ? event.key : "";
  }

  function finish() {
    const text = typed;
    typed = null;
    const field = document.querySelector("[data-scan]");
    if (!field || text.length < 2) return;
    field.value = text;
    if (field.hasAttribute("hx-post")) field.dispatchEvent(new Event("scanned"));
    else field.form.submit();
  }

  function swallow(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (typed !== null && event.timeStamp - last > GAP_MS) {
        clearTimeout(timer);
        finish();
      }
      if (typed === null) {
        const secret = event.target instanceof Element && event.target.matches("[type=password]");
        if (event.key !== PREFIX || secret || !document.querySelector("[data-scan]")) return;
        typed = "";
      } else {
        typed += read(event);
      }
      last = event.timeStamp;
      swallow(event);
      clearTimeout(timer);
      timer = setTimeout(finish, GAP_MS * 2);
    },
    // Before every other listener.
    { capture: true },
  );
})();
