// list.js: choosing rows of a list, and its keys. Without it rows are ticked one by one, and links lead everywhere.

const OFF = "list-keys-off"; // in the storage of this browser
const table = document.querySelector("table.listing");
const bar = document.getElementById("many");
const ticks = () => [...document.querySelectorAll("input[name=row]")];

// ---- choosing --------------------------------------------------------------------------------------------------------
let last = null; // the box that was changed last, for a range

const show = () => {
  const chosen = ticks().filter((tick) => tick.checked);
  const all = bar.elements.all?.checked;
  for (const tick of ticks()) tick.closest("tr").classList.toggle("is-chosen", tick.checked || Boolean(all));
  const some = bar.querySelector("[data-many-some]");
  some.textContent = some.dataset.text.replace("%n", chosen.length);
  some.hidden = all || !chosen.length;
  bar.querySelector("[data-many-none]").hidden = all || chosen.length > 0;
  bar.querySelector("[data-many-clear]").hidden = !all && !chosen.length;
  bar.classList.toggle("bulk--on", Boolean(all) || chosen.length > 0);
  for (const button of bar.querySelectorAll("[name=verb]")) button.disabled = !all && !chosen.length;
  const whole = table.querySelector("[data-tick-all]");
  whole.checked = chosen.length === ticks().length;
  whole.indeterminate = chosen.length > 0 && !whole.checked;
};

const toggle = (tick, range) => {
  const rows = ticks();
  if (range && last && last !== tick) {
    const [from, to] = [rows.indexOf(last), rows.indexOf(tick)].sort((a, b) => a - b);
    for (const one of rows.slice(from, to + 1)) one.checked = tick.checked;
  }
  last = tick;
  show();
};

if (table && bar) {
  table.querySelector("[data-tick-all]").closest("label").hidden = false;
  table.addEventListener("click", (event) => {
    if (event.target.name === "row") toggle(event.target, event.shiftKey);
  });
  table.querySelector("[data-tick-all]").addEventListener("change", (event) => {
    for (const tick of ticks()) tick.checked = event.target.checked;
    show();
  });
  bar.elements.all?.addEventListener("change", show);
  bar.addEventListener("reset", () => setTimeout(show));
  addEventListener("pageshow", show); // the browser may have kept the ticks
  show();
}

// ---- keys ------------------------------------------------------------------------------------------------------------
const links = () => [...(table?.querySelectorAll("tbody th a") || [])];
const here = () => document.activeElement?.closest?.("table.listing tbody tr");
const follow = (selector) => document.querySelector(selector)?.click();

const step = (by) => {
  if (!table) return follow(by > 0 ? ".turn [rel=next]" : ".turn [rel=prev]");
  const rows = links();
  const at = rows.findIndex((link) => link.closest("tr") === here());
  rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
  return undefined;
};

const tickHere = (range) => {
  const tick = here()?.querySelector("input[name=row]");
  if (!tick) return;
  tick.checked = range && last ? last.checked : !tick.checked;
  toggle(tick, range);
};

const keys = document.getElementById("keys");
const acts = {
  "/": () => document.querySelector("[data-key='/']")?.focus(),
  j: () => step(1),
  k: () => step(-1),
  x: () => tickHere(false),
  X: () => tickHere(true),
  n: () => follow(".pages [rel=next]"),
  p: () => follow(".pages [rel=prev]"),
  f: () => document.querySelector(".listing__bar summary")?.focus(),
  c: () => follow("[data-key=c] > summary"),
  e: () => follow("[data-key=e]"),
  "?": () => keys?.showModal(),
};
const isOff = () => {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
};

let before = ""; // the key before, for those of two
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog[open], [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || (isOff() && event.key !== "?")) return;
  const act = before === "g" && event.key === "d" ? () => follow(".staff__nav a") : acts[event.key];
  before = event.key;
  if (!act) return;
  event.preventDefault();
  act();
});

if (keys) {
  const button = document.querySelector("[data-keys]");
  button.hidden = false;
  button.addEventListener("click", () => keys.showModal());
  const off = keys.querySelector("[data-keys-off]");
  off.checked = isOff();
  off.addEventListener("change", () => {
    try {
      localStorage.setItem(OFF, off.checked ? "1" : "");
    } catch {
      off.checked = false;
    }
  });
}
