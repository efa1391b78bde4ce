// form.js: long forms. Typed values are saved automatically, and leaving with unsaved changes asks for confirmation.
//
// <form data-autosave="/join/2/save/" data-failed="没有存上，请检查网络"> … <p data-saved-at hidden></p>
// The form is posted to that URL shortly after the last change; the response is JSON {"saved": "14:32 已自动保存"}.
// <form data-keep> has no URL and only asks before leaving with changes.

const WAIT = 1500; // ms after the last key press

for (const form of document.querySelectorAll("form[data-autosave], form[data-keep]")) {
  const url = form.dataset.autosave;
  const note = form.querySelector("[data-saved-at]") || document.querySelector("[data-saved-at]");
  let timer = 0;
  let changed = false;
  let saving = null;

  const report = (text) => {
    if (!note) return;
    note.hidden = false;
    (note.querySelector("span") || note).textContent = text;
  };

  const save = async () => {
    changed = false;
    saving?.abort();
    saving = new AbortController();
    try {
      const answer = await fetch(url, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        signal: saving.signal,
      });
      if (!answer.ok) throw new Error(answer.status);
      report((await answer.json()).saved);
    } catch (problem) {
      if (problem.name === "AbortError") return;
      changed = true;
      if (form.dataset.failed) report(form.dataset.failed);
    }
  };

  form.addEventListener("input", () => {
    changed = true;
    if (!url) return;
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    saving?.abort();
    changed = false;
  });
  addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}

// The number of characters left, for texts with a limit; shown only near the limit.
for (const area of document.querySelectorAll("textarea[maxlength]")) {
  const limit = area.maxLength;
  const left = document.createElement("p");
  left.className = "field__hint";
  left.setAttribute("aria-live", "polite");
  area.after(left);
  const count = () => {
    const rest = limit - area.value.length;
    left.textContent = rest < limit / 10 ? `${area.value.length} / ${limit}` : "";
  };
  area.addEventListener("input", count);
  count();
}

// Ready-made sentences: <button type="button" data-fill="id_reason" data-text="…" hidden> puts its text into the field.
for (const button of document.querySelectorAll("[data-fill]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const target = document.getElementById(button.dataset.fill);
    target.value = target.value ? `${target.value.trimEnd()}\n${button.dataset.text}` : button.dataset.text;
    target.dispatchEvent(new Event("input", { bubbles: true }));
    target.focus();
  });
}

// Countdown before another code can be sent: <button data-wait="60" data-wait-text="{n} 秒后可再发">.
for (const button of document.querySelectorAll("[data-wait]")) {
  const words = button.textContent;
  let rest = Number(button.dataset.wait);
  const countDown = () => {
    button.disabled = rest > 0;
    button.textContent = rest > 0 ? button.dataset.waitText.replace("{n}", rest) : words;
    rest -= 1;
    if (rest >= 0) setTimeout(countDown, 1000);
  };
  countDown();
}

// The button of the decision bar says what will happen: <form data-decide> has radio buttons, and its button keeps what follows
// the decision in data-then ("，看下一件").
for (const form of document.querySelectorAll("form[data-decide]")) {
  const button = form.querySelector("button[data-then]");
  const name = () => {
    const chosen = form.querySelector("input[name=choice]:checked");
    if (button && chosen) button.textContent = form.querySelector(`label[for="${chosen.id}"]`).textContent + button.dataset.then;
  };
  form.addEventListener("change", name);
  name();
}

// A field that looks rows up (select2) shows a combobox of its own, which gets the name of the field.
const nameComboboxes = () => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = select.nextElementSibling;
    if (!label || !box) continue;
    for (const part of box.querySelectorAll("[role=combobox], [role=textbox]")) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", label.firstChild.textContent.trim());
    }
  }
};
if (document.readyState === "complete") nameComboboxes();
else addEventListener("load", nameComboboxes); // select2 has replaced the fields by then
