// checkin.js: the camera at the door, where the browser can read codes (BarcodeDetector). Without it the number is typed,
// and the phone's own camera opens the same page from the code on the ticket.

const box = document.querySelector("[data-scan]");
const form = document.querySelector(".door__ticket");
const REST = 2500; // ms before the same ticket counts as shown again

const readable = async () => {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return false;
  const formats = await BarcodeDetector.getSupportedFormats();
  return formats.includes("qr_code");
};

const scanner = () => {
  const video = box.querySelector("video");
  const button = box.querySelector("[data-start]");
  const label = button.querySelector("span");
  const words = label.textContent;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let stream = null;
  let last = { text: "", at: 0 };

  const send = (text) => {
    if (text === last.text && Date.now() - last.at < REST) return;
    last = { text, at: Date.now() };
    form.elements.number.value = text;
    form.requestSubmit();
    navigator.vibrate?.(60);
  };

  const look = async () => {
    if (!stream) return;
    try {
      const [code] = await detector.detect(video);
      if (code) send(code.rawValue);
    } catch {
      // a frame that is not there yet
    }
    setTimeout(look, 200);
  };

  const stop = () => {
    for (const track of stream?.getTracks() || []) track.stop();
    stream = null;
    video.hidden = true;
    label.textContent = words;
  };

  const start = async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      box.querySelector("[data-denied]").hidden = false;
      return;
    }
    video.srcObject = stream;
    video.hidden = false;
    label.textContent = button.dataset.stopText;
    await video.play();
    look();
  };

  button.addEventListener("click", () => (stream ? stop() : start()));
  addEventListener("pagehide", stop);
};

if (box && form) {
  readable().then((can) => {
    box.hidden = !can;
    if (can) scanner();
  });
  // After an answer the field waits for the next number.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "answer") return;
    form.reset();
    form.elements.number.focus({ preventScroll: true });
  });
}
