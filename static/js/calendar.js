// calendar.js: keyboard control of the calendar. The arrow keys move the focus between days, beyond the first or last day to
// the neighbour page; Home and End move to the first and last day; Enter moves to the first activity of the day and Escape
// back to the day; t is today, / is search. Every link also works with Tab.

const days = [...document.querySelectorAll(".days > .day")].filter((day) => day.offsetParent !== null);
const grid = document.querySelector(".days.month");
const visibleDays = () => days.filter((day) => day.offsetParent !== null);
const focusDay = (day) => {
  if (!day) return false;
  for (const other of days) other.tabIndex = -1;
  day.tabIndex = 0;
  day.focus();
  day.scrollIntoView({ block: "nearest" });
  return true;
};
const clickLink = (selector) => document.querySelector(selector)?.click();
// Up and down move by a week only where CSS draws the grid; in the list (below 64em) they move by one day.
const daysPerRow = () => (grid && getComputedStyle(grid).display === "grid" ? 7 : 1);

const today = document.querySelector(".day--today");
const start = today || days.find((day) => !day.classList.contains("day--out")) || days[0];
if (start) start.tabIndex = 0;

// After moving to a neighbour page by keyboard, the focus goes to its nearer edge: "Home" or "End" is kept until it loads.
const EDGE_KEY = "calendar-turned";
const turnPage = (selector, edge) => {
  if (document.querySelector(selector)) sessionStorage.setItem(EDGE_KEY, edge);
  clickLink(selector);
};
const edge = sessionStorage.getItem(EDGE_KEY);
sessionStorage.removeItem(EDGE_KEY);
const ownDays = visibleDays().filter((day) => !day.classList.contains("day--out"));
if (edge) focusDay(edge === "Home" ? ownDays[0] : ownDays.at(-1));

const moves = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: () => -daysPerRow(),
  ArrowDown: () => daysPerRow(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement;
  if (at?.closest("input, textarea, select, dialog, [contenteditable]")) return;
  const here = at?.closest(".day");
  const list = visibleDays();
  let handled = false;
  if (moves[event.key] && here) {
    const next = list.indexOf(here) + moves[event.key]();
    if (next < 0) turnPage('[rel~="prev"]', "End");
    else if (next >= list.length) turnPage('[rel~="next"]', "Home");
    else focusDay(list[next]);
    handled = true;
  } else if (event.key === "Home" && here) handled = focusDay(list[0]);
  else if (event.key === "End" && here) handled = focusDay(list.at(-1));
  else if (event.key === "Enter" && at === here) {
    at?.querySelector("a")?.focus();
    handled = Boolean(here);
  } else if (event.key === "Escape" && here && at !== here) handled = focusDay(here);
  else if (event.key === "t") {
    if (today) handled = focusDay(today);
    else clickLink("[data-today]");
  } else if (event.key === "/") {
    const search = document.querySelector('.filters input[type="search"]');
    search?.focus();
    handled = Boolean(search);
  }
  if (handled) event.preventDefault();
});
