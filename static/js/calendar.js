// calendar.js: keyboard navigation of the calendar. Arrows change the day (beyond the edge: the previous or next page), Home
// and End go to the first and last day, Enter enters the day, Escape leaves it, t is today, / is search. Tab works too.

const days = [...document.querySelectorAll(".days > .day")].filter((day) => day.offsetParent !== null);
const grid = document.querySelector(".days.month");
const shown = () => days.filter((day) => day.offsetParent !== null);
const stand = (day) => {
  if (!day) return false;
  for (const other of days) other.tabIndex = -1;
  day.tabIndex = 0;
  day.focus();
  day.scrollIntoView({ block: "nearest" });
  return true;
};
const follow = (selector) => document.querySelector(selector)?.click();
// Up and down move by seven days in the grid, and by one in the list below 64em.
const row = () => (grid && getComputedStyle(grid).display === "grid" ? 7 : 1);

const today = document.querySelector(".day--today");
const start = today || days.find((day) => !day.classList.contains("day--out")) || days[0];
if (start) start.tabIndex = 0;

// After a change of page by keyboard, continue at the adjacent edge of the new page.
const TURNED = "calendar-turned";
const turn = (selector, edge) => {
  if (document.querySelector(selector)) sessionStorage.setItem(TURNED, edge);
  follow(selector);
};
const edge = sessionStorage.getItem(TURNED);
sessionStorage.removeItem(TURNED);
const inside = shown().filter((day) => !day.classList.contains("day--out"));
if (edge) stand(edge === "Home" ? inside[0] : inside.at(-1));

const moves = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: () => -row(),
  ArrowDown: () => row(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement;
  if (at?.closest("input, textarea, select, dialog, [contenteditable]")) return;
  const here = at?.closest(".day");
  const list = shown();
  let done = false;
  if (moves[event.key] && here) {
    const next = list.indexOf(here) + moves[event.key]();
    if (next < 0) turn('[rel="prev"]', "End");
    else if (next >= list.length) turn('[rel="next"]', "Home");
    else stand(list[next]);
    done = true;
  } else if (event.key === "Home" && here) done = stand(list[0]);
  else if (event.key === "End" && here) done = stand(list.at(-1));
  else if (event.key === "Enter" && at === here) {
    at?.querySelector("a")?.focus();
    done = Boolean(here);
  } else if (event.key === "Escape" && here && at !== here) done = stand(here);
  else if (event.key === "t") {
    if (today) done = stand(today);
    else follow("[data-today]");
  } else if (event.key === "/") {
    const search = document.querySelector('.filters input[type="search"]');
    search?.focus();
    done = Boolean(search);
  }
  if (done) event.preventDefault();
});
