// The keys of a page. Read before the page is drawn, without `defer`: a clerk presses Alt+L as soon
// as a button has the focus, and a lost key would send her next letters, and a space, to the button.
//
//   data-shortcut="alt+o"       a key for this button, link or field: with a modifier, or an F key
//   data-shortcut-label="..."   its name on the keys sheet, where its own text will not do

"use strict";

const QUESTION_OFF = "schoolgate-question-key-off";

// A bare letter would fire while somebody dictates or types (WCAG 2.1.4).
const ALLOWED = /^((ctrl|alt|shift)\+)*(f\d+|(ctrl|alt)\+(shift\+)?[^+]+)$/;

function pressed(event) {
  // Alt+O types "ø" on a Mac: there the key's place says which letter is meant.
  const ascii = event.key.length > 1 || /^[ -~]$/.test(event.key);
  const key = (ascii ? event.key : event.code.replace(/^(Key|Digit)/, "")).toLowerCase();
  const held = ["ctrl", "alt", "shift"].filter((name) => event[`${name}Key`]);
  return [...held, key].join("+");
}

function isShown(element) {
  return element.getClientRects().length > 0 && !element.disabled;
}

function withShortcut() {
  return [...document.querySelectorAll("[data-shortcut]")].filter(
    (element) => isShown(element) && ALLOWED.test(element.dataset.shortcut),
  );
}

function use(element) {
  if (element.matches("input:not([type=checkbox], [type=radio]), select, textarea")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function spelled(shortcut) {
  return shortcut
    .split("+")
    .map((key) => key.charAt(0).toUpperCase() + key.slice(1))
    .join("+");
}

function labelOf(element) {
  if (element.dataset.shortcutLabel) return element.dataset.shortcutLabel;
  const copy = (element.labels?.[0] ?? element).cloneNode(true);
  copy.querySelectorAll("kbd").forEach((key) => key.remove());
  return copy.textContent.trim();
}

function openSheet() {
  const sheet = document.getElementById("sg-keys");
  const rows = withShortcut().flatMap((element) => {
    const key = document.createElement("dt");
    key.append(Object.assign(document.createElement("kbd"), {
      textContent: spelled(element.dataset.shortcut),
    }));
    const label = document.createElement("dd");
    label.textContent = labelOf(element);
    return [key, label];
  });
  sheet.querySelector("dl").replaceChildren(...rows);
  sheet.showModal();
}

function isTyping(element) {
  return element.isContentEditable || element.matches("input, select, textarea");
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || document.querySelector("dialog[open]")) return;
  const questionOpens = document.getElementById("sg-keys-question")?.checked;
  if (event.key === "?" && questionOpens && !isTyping(event.target)) {
    event.preventDefault();
    openSheet();
    return;
  }
  const element = withShortcut().find((each) => each.dataset.shortcut === pressed(event));
  if (element) {
    event.preventDefault();
    use(element);
  }
});

function nameKeys() {
  document.querySelectorAll("[data-shortcut]").forEach((element) => {
    element.setAttribute("aria-keyshortcuts", spelled(element.dataset.shortcut));
  });
}

document.addEventListener("htmx:afterSwap", nameKeys);

document.addEventListener("DOMContentLoaded", () => {
  nameKeys();
  for (const button of document.querySelectorAll("[data-keys-open]")) {
    button.hidden = false;
    button.addEventListener("click", openSheet);
  }
  const tick = document.getElementById("sg-keys-question");
  if (!tick) return;
  try {
    tick.checked = !localStorage.getItem(QUESTION_OFF);
    tick.addEventListener("change", () => {
      if (tick.checked) localStorage.removeItem(QUESTION_OFF);
      else localStorage.setItem(QUESTION_OFF, "1");
    });
  } catch {
    // A browser that keeps nothing: the tick then lasts as long as the page.
  }
});
