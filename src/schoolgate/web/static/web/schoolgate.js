// What a page gains where JavaScript runs; every page works without it.
//
//   data-focus                  after a swap the focus goes here
//   data-shortcut="alt+o"       a key for this button, link or field: with a modifier, or an F key
//   data-shortcut-label="..."   its name on the keys sheet, where its own text will not do
//   data-combobox               a search box whose aria-controls names a list of role=option

import Combobox from "../vendor/combobox-nav/combobox-nav.js";

// --- keys ------------------------------------------------------------------------------------

const sheet = document.getElementById("sg-keys");
const questionTick = document.getElementById("sg-keys-question");
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
  if (event.key === "?" && questionTick.checked && !isTyping(event.target)) {
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

for (const button of document.querySelectorAll("[data-keys-open]")) {
  button.hidden = false;
  button.addEventListener("click", openSheet);
}

try {
  questionTick.checked = !localStorage.getItem(QUESTION_OFF);
  questionTick.addEventListener("change", () => {
    if (questionTick.checked) localStorage.removeItem(QUESTION_OFF);
    else localStorage.setItem(QUESTION_OFF, "1");
  });
} catch {
  // A browser that keeps nothing: the tick then lasts as long as the page.
}

// --- search boxes with a list ----------------------------------------------------------------

const bound = new WeakMap();

function bindCombobox(input) {
  const list = document.getElementById(input.getAttribute("aria-controls"));
  if (!list) return;
  const before = bound.get(input);
  if (before?.list !== list) {
    before?.stop();
    const combobox = new Combobox(input, list, { tabInsertsSuggestions: false });
    combobox.start();
    bound.set(input, combobox);
  }
  const isEmpty = list.querySelector("[role=option]") === null;
  list.hidden = isEmpty;
  input.setAttribute("aria-expanded", String(!isEmpty));
}

function enhance() {
  document.querySelectorAll("input[data-combobox]").forEach(bindCombobox);
  document.querySelectorAll("[data-shortcut]").forEach((element) => {
    element.setAttribute("aria-keyshortcuts", spelled(element.dataset.shortcut));
  });
}

// --- after a swap ----------------------------------------------------------------------------

function focusIn(part) {
  const target = part.matches?.("[data-focus]") ? part : part.querySelector?.("[data-focus]");
  if (!target) return;
  // A heading takes the focus only where it is told that it may.
  if (target.tabIndex < 0 && !target.hasAttribute("tabindex")) target.tabIndex = -1;
  target.focus();
}

// The answer to the last letter may come after the first arrow key: what was marked stays marked,
// or Enter would send the form instead of choosing.
let marked = "";

function keepMarked() {
  const option = marked && document.getElementById(marked);
  const list = option && option.closest("[role=listbox]");
  const input = list && document.querySelector(`[aria-controls="${list.id}"]`);
  if (!input) return;
  option.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option.id);
}

document.addEventListener("htmx:beforeSwap", () => {
  marked = document.querySelector('[role=option][aria-selected="true"]')?.id ?? "";
});

const offline = document.getElementById("sg-offline");

// At once, not when all has settled: a key that is pressed in between must find the new list.
document.addEventListener("htmx:afterSwap", () => {
  enhance();
  keepMarked();
});
document.addEventListener("htmx:afterSettle", (event) => {
  focusIn(event.detail.elt);
});
document.addEventListener("htmx:beforeRequest", () => {
  offline.hidden = true;
});
for (const trouble of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(trouble, () => {
    offline.hidden = false;
  });
}

// A clerk types as soon as she sees the box. What she typed before htmx listened is asked for now.
document.addEventListener(
  "htmx:load",
  () => {
    for (const input of document.querySelectorAll("input[data-combobox]")) {
      if (input.value !== input.defaultValue) input.dispatchEvent(new Event("typed-before-ready"));
    }
  },
  { once: true },
);

enhance();
// A page that answers a form with errors comes whole: its summary takes the focus as after a swap.
focusIn(document.getElementById("content"));
