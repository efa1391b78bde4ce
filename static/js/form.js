// form.js: long forms. Typed values are saved automatically, and leaving with unsaved changes asks for confirmation.
//
// <form data-autosave="/join/2/save/" data-failed="没有存上，请检查网络"> … <p data-saved-at hidden></p>
// The form is posted to that URL shortly after the last change; the response is JSON {"saved": "14:32 已自动保存", "version": "…"}.
// `version` goes into the hidden field of that name. A refusal (409) is JSON {"detail": "…", "url": "…"}; `data-again` is the
// text of the link to that URL.
// <form data-keep> has no URL and only asks before leaving with changes.

const WAIT = 1500; // ms after the last key press

for (const form of document.querySelectorAll("form[data-autosave], form[data-keep]")) {
  const url = form.dataset.autosave;
  const note = form.querySelector("[data-saved-at]") || document.querySelector("[data-saved-at]");
  let timer = 0;
  let changed = false;
  let saving = null;
  let refused = false;

  const report = (text, address = "") => {
    if (!note) return;
    note.hidden = false;
    (note.querySelector("span") || note).textContent = text;
    note.querySelector("a")?.remove();
    if (!address) return;
    const link = document.createElement("a");
    link.href = address;
    link.textContent = form.dataset.again;
    note.append(" ", link);
  };

  const save = async () => {
    changed = false;
    try {
      const answer = await fetch(url, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      if (answer.status === 409) {
        // Refused, not lost: another device saved, or the form was sent meanwhile. The server says what to do.
        const refusal = await answer.json();
        refused = true;
        report(refusal.detail, refusal.url);
        return;
      }
      if (!answer.ok) throw new Error(answer.status);
      const saved = await answer.json();
      if (form.elements.version) form.elements.version.value = saved.version;
      report(saved.saved);
    } catch {
      changed = true;
      if (form.dataset.failed) report(form.dataset.failed);
    }
  };

  // One request at a time: an aborted one may have been saved, and the next would then look like another device's.
  const start = () => {
    const current = (saving || Promise.resolve()).then(save).finally(() => {
      if (saving === current) saving = null;
    });
    saving = current;
  };

  form.addEventListener("input", () => {
    changed = !refused;
    if (!url || refused) return;
    clearTimeout(timer);
    timer = setTimeout(start, WAIT);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    changed = false;
    if (!saving) return;
    event.preventDefault();
    saving.finally(() => form.requestSubmit(event.submitter));
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
// select2 replaces the fields in what jQuery runs when the document is ready, which may be after the load event.
const whenReplaced = () => (window.django?.jQuery ? window.django.jQuery(nameComboboxes) : nameComboboxes());
if (document.readyState === "complete") whenReplaced();
else addEventListener("load", whenReplaced);
