// What the desk gains where JavaScript runs; every step works without it.
//
//   data-print   prints the page's label; shown only where it can work
//   Escape       one step back: verdict, adult, search; nothing typed or ticked is lost

const search = document.getElementById("search");

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  const option = event.target.closest("#found [role=option]");
  if (option) markChosen(option);
});

function markChosen(option) {
  document.querySelector("#found [aria-current]")?.removeAttribute("aria-current");
  option.setAttribute("aria-current", "true");
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  const adult = document.getElementById("adult");
  const back = adult && adult !== event.target && event.target !== search ? adult : search;
  back?.focus();
  back?.select();
});

for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;

// The last list of the day stays in this browser, for the hour in which the network is away.
const worker = document.querySelector("meta[name=sg-offline-worker]")?.content;
if (worker && "serviceWorker" in navigator) {
  try {
    await navigator.serviceWorker.register(worker);
    (await navigator.serviceWorker.ready).active.postMessage("keep");
  } catch {
    // A browser that keeps nothing, or a page without TLS: the printed list is there.
  }
}
