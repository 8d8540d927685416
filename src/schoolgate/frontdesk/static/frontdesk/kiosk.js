// A kiosk begins again when nobody touches it: the next student must not read the last one's name.
// Who needs longer says so (WCAG 2.2.1).

const AFTER = 20;
const SAID = 10;

const reset = document.getElementById("kiosk-reset");
const left = document.getElementById("kiosk-left");
let rest = AFTER;

function again() {
  rest = AFTER;
  if (reset) reset.hidden = true;
}

if (reset) {
  for (const kind of ["keydown", "pointerdown", "input"]) document.addEventListener(kind, again);
  setInterval(() => {
    rest -= 1;
    reset.hidden = rest > SAID;
    left.textContent = String(Math.max(rest, 0));
    if (rest <= 0) location.assign(reset.dataset.start);
  }, 1000);
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
