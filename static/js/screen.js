/* The large screen: arrow keys turn the steps, Home shows all, 1 to 7 one of them, F fills the screen, Escape leaves. Without this the links do. */

const follow = (selector) => document.querySelector(selector)?.click();
const button = document.querySelector("[data-fullscreen]");
const keys = {
  ArrowRight: "a[rel=next]", PageDown: "a[rel=next]", ArrowLeft: "a[rel=prev]", PageUp: "a[rel=prev]", Home: "[data-all]",
};

if (button && document.fullscreenEnabled) {
  button.hidden = false;
  button.addEventListener("click", () => document.documentElement.requestFullscreen());
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (keys[event.key]) follow(keys[event.key]);
  if (/^[1-9]$/.test(event.key)) document.querySelectorAll("a[data-step]")[event.key - 1]?.click();
  if (event.key === "f") button?.click();
  if (event.key === "Escape" && !document.fullscreenElement) follow("[data-leave]");
});
