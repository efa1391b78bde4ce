// order.js: the order of a list by drag and by the keys ↑ ↓. The list names the form that stores an order (data-order="id"), or
// none: then the server draws the plan (#plan) for each order before it is stored. Without this script each arrow works too.

const plan = () => document.getElementById("plan");
const orderOf = (list) => [...list.querySelectorAll("li[data-key]")].map((row) => row.dataset.key);

// Draw the plan for the address `url`, and put the focus on the element `focus`, or on its neighbour when it is not there.
const show = async (url, focus) => {
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!answer.ok) return location.assign(url);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const drawn = page.getElementById("plan");
  if (!drawn) return location.assign(url);
  plan().replaceWith(drawn);
  history.replaceState(null, "", url);
  const other = focus.startsWith("up-") ? focus.replace("up-", "down-") : focus.replace("down-", "up-");
  (document.getElementById(focus) || document.getElementById(other))?.focus();
  return undefined;
};

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-move]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.href, link.id);
});

document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("[data-order] > li");
  const way = { ArrowUp: "up-", ArrowDown: "down-" }[event.key];
  if (!row || !way || event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.getElementById(way + row.dataset.key)?.click();
});

// Send `order` with the form that stores it.
const store = (form, order) => {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "order", value: order });
  form.append(field);
  form.submit();
};

// ---- drag ------------------------------------------------------------------------------------------------------------
let dragged = null;

document.addEventListener("dragstart", (event) => {
  const grip = event.target.closest?.(".order__grip");
  if (!grip) return;
  dragged = grip.closest("li");
  dragged.classList.add("is-dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.key);
  event.dataTransfer.setDragImage(dragged, 20, 20);
});

document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("[data-order] > li");
  if (!dragged || !over) return;
  event.preventDefault();
  if (over === dragged) return;
  const middle = over.getBoundingClientRect().top + over.offsetHeight / 2;
  over.parentNode.insertBefore(dragged, event.clientY < middle ? over : over.nextSibling);
});

document.addEventListener("drop", (event) => {
  if (dragged) event.preventDefault();
});

document.addEventListener("dragend", () => {
  if (!dragged) return;
  const list = dragged.closest("[data-order]");
  const order = orderOf(list).join(".");
  const key = dragged.dataset.key;
  dragged.classList.remove("is-dragged");
  dragged = null;
  if (list.dataset.order) return store(document.getElementById(list.dataset.order), order);
  const url = new URL(location.href);
  url.searchParams.set("order", order);
  return show(url.href, `up-${key}`);
});
