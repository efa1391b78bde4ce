// portal.js: small improvements on every page. Every function works without it, and no rule depends on it.

const say = (text, kind = "good") => {
  const live = document.getElementById("messages");
  if (!live) return null;
  const note = document.createElement("p");
  note.className = `callout is-${kind}`;
  note.textContent = text;
  live.replaceChildren(note);
  return note;
};

// A part of the page that htmx could not load or send says so where one looks, and nothing is sent later: after a lost
// network nobody may believe that the step was done. An answer with a sentence of its own (409) is shown by htmx itself.
const sayFailed = (event, text) => {
  const note = say(text, "bad");
  const place = event.detail.elt?.closest("li");
  note?.setAttribute("role", "alert");
  document.querySelector("[data-lost]")?.remove();
  if (note && place) {
    const here = note.cloneNode(true);
    here.dataset.lost = "";
    here.removeAttribute("role"); // it is read once
    place.append(here);
  } else {
    note?.scrollIntoView({ block: "center" });
  }
};
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => sayFailed(event, document.documentElement.dataset.offline));
}
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status !== 409) sayFailed(event, document.documentElement.dataset.failed);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) return;
  document.querySelector("[data-lost]")?.remove();
  document.querySelector("#messages > .callout.is-bad[role=alert]:only-child")?.remove();
});

// A form that creates something has a number, by which the server knows a second sending. Going back makes the browser load
// the page anew, with what was typed and another number: the entry of the history remembers the first one.
for (const field of document.querySelectorAll("form input[name=form_number]")) {
  const numbers = history.state?.formNumbers || {};
  const form = field.form.action;
  if (numbers[form]) field.value = numbers[form];
  else history.replaceState({ ...history.state, formNumbers: { ...numbers, [form]: field.value } }, "");
}

// A confirmation before an action that cannot be undone: <form data-confirm="确定取消……？" data-confirm-yes="取消报名">.
// On a button it applies to that button only.
const ask = (text, yes, no) =>
  new Promise((resolve) => {
    const box = document.createElement("dialog");
    box.className = "ask";
    const question = document.createElement("p");
    question.textContent = text;
    question.id = "ask-text";
    box.setAttribute("aria-labelledby", question.id);
    const buttons = document.createElement("div");
    buttons.className = "btns";
    const button = (label, kind, answer) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = kind;
      made.textContent = label;
      made.addEventListener("click", () => box.close(answer));
      buttons.append(made);
      return made;
    };
    button(yes, "btn btn--main", "yes");
    const safe = button(no, "btn", "no");
    box.append(question, buttons);
    box.addEventListener("close", () => {
      box.remove();
      resolve(box.returnValue === "yes");
    });
    document.body.append(box);
    box.showModal();
    safe.focus();
  });

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const asker = [event.submitter, form].find((node) => node?.dataset.confirm);
  if (!asker || form.dataset.confirmed) return;
  if (!window.HTMLDialogElement || !form.requestSubmit) {
    if (!confirm(asker.dataset.confirm)) event.preventDefault();
    return;
  }
  event.preventDefault();
  const submitter = event.submitter;
  const words = document.documentElement.dataset;
  if (await ask(asker.dataset.confirm, asker.dataset.confirmYes || words.yes, asker.dataset.confirmNo || words.no)) {
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
    delete form.dataset.confirmed;
  }
});

// A form is sent once, however often the button is pressed; returning with the browser's back button enables it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 8000); // the response may be a download, and the page stays open
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Copy a link or a number: <button data-copy="/activities/…" data-copied="已复制" hidden>.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(button.dataset.copied);
  });
}

// Sections that are folded on the screen are printed: <details data-print-open>, for browsers without ::details-content.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details[data-print-open]:not([open])")) {
    fold.dataset.folded = "";
    fold.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const fold of document.querySelectorAll("details[data-folded]")) {
    delete fold.dataset.folded;
    fold.open = false;
  }
});

// Who printed and when, in the margin of each page (print.css): <p class="printed" data-printed-by="…">.
if ("CSSMarginRule" in window) document.documentElement.classList.add("has-page-margins");
const printed = new CSSStyleSheet(); // a sheet of the script: the pages allow no inline style
document.adoptedStyleSheets = [...document.adoptedStyleSheets, printed];
addEventListener("beforeprint", () => {
  const line = document.querySelector("[data-printed-by]");
  if (!line) return;
  const two = (number) => String(number).padStart(2, "0");
  const now = new Date();
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const text = `${line.dataset.printedBy}　${day} ${two(now.getHours())}:${two(now.getMinutes())}`;
  printed.replaceSync(`:root { --printed: ${JSON.stringify(text)}; }`);
});

// Print: <button data-print hidden>.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Focus the summary of errors, so that screen readers read it first.
document.querySelector("[data-focus]")?.focus();

// Only one list of filters is open at a time; Escape and a click elsewhere close it.
const picks = () => document.querySelectorAll("details.pick[open]");
document.addEventListener("click", (event) => {
  for (const pick of picks()) if (!pick.contains(event.target)) pick.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const pick of picks()) {
    pick.open = false;
    pick.querySelector("summary").focus();
  }
});

// A changed filter is applied at once: <form data-auto>.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.dataset.auto !== undefined && event.target.type !== "search") form.requestSubmit();
});

// Read the page aloud with a voice of this device; voices of remote servers are never used.
const reader = document.querySelector("[data-speak]");
if (reader && window.speechSynthesis) {
  const voice = () => speechSynthesis.getVoices().find((one) => one.localService && one.lang.startsWith("zh"));
  const show = () => {
    reader.hidden = !voice();
  };
  const label = reader.querySelector("span");
  const words = label.textContent;
  const rest = () => {
    label.textContent = words;
  };
  reader.addEventListener("click", () => {
    if (speechSynthesis.speaking) {
      speechSynthesis.cancel();
      rest();
      return;
    }
    const speech = new SpeechSynthesisUtterance(document.querySelector(reader.dataset.speak).innerText);
    speech.voice = voice();
    speech.lang = "zh-CN";
    speech.rate = 0.9;
    speech.onend = rest;
    speechSynthesis.speak(speech);
    label.textContent = reader.dataset.stop;
  });
  speechSynthesis.addEventListener?.("voiceschanged", show);
  addEventListener("pagehide", () => speechSynthesis.cancel());
  show();
}
