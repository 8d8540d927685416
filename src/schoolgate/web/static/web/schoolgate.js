// What a page gains where JavaScript runs; every page works without it.
//
//   data-focus                  after a swap the focus goes here
//   data-combobox               a search box whose aria-controls names a list of role=option
//   data-quiet                  asks by itself: its troubles are not the person's

import Combobox from "../vendor/combobox-nav/combobox-nav.js";

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
// What asks by itself every few seconds ([data-quiet]) says nothing about what a person did.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches("[data-quiet]")) offline.hidden = true;
});
for (const trouble of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(trouble, (event) => {
    if (!event.target.matches("[data-quiet]")) offline.hidden = false;
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
// Where a key has led elsewhere meanwhile, the focus stays.
if (document.activeElement?.matches("body, [autofocus]")) focusIn(document.getElementById("content"));
