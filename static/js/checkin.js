// checkin.js: scanning tickets with the camera, in browsers that can read QR codes (BarcodeDetector). In other browsers the
// number is typed, or the phone's own camera opens this page by the URL in the QR code.

const box = document.querySelector("[data-scan]");
const form = document.querySelector(".checkin__ticket");
const REPEAT_AFTER = 2500; // ms; the same code within this time is the same showing and not sent again

const canReadCodes = async () => {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return false;
  const formats = await BarcodeDetector.getSupportedFormats();
  return formats.includes("qr_code");
};

const scanner = () => {
  const video = box.querySelector("video");
  const button = box.querySelector("[data-start]");
  const label = button.querySelector("span");
  const startText = label.textContent;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let stream = null;
  let last = { text: "", at: 0 };

  const send = (text) => {
    if (text === last.text && Date.now() - last.at < REPEAT_AFTER) return;
    last = { text, at: Date.now() };
    form.elements.number.value = text;
    form.requestSubmit();
    navigator.vibrate?.(60);
  };

  const readFrame = async () => {
    if (!stream) return;
    try {
      const [code] = await detector.detect(video);
      if (code) send(code.rawValue);
    } catch {
      // the video has no frame yet
    }
    setTimeout(readFrame, 200);
  };

  const stop = () => {
    for (const track of stream?.getTracks() || []) track.stop();
    stream = null;
    video.hidden = true;
    label.textContent = startText;
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
    readFrame();
  };

  button.addEventListener("click", () => (stream ? stop() : start()));
  addEventListener("pagehide", stop);
};

if (box && form) {
  canReadCodes().then((can) => {
    box.hidden = !can;
    if (can) scanner();
  });
  // After an answer, clear the field and focus it for the next number.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "answer") return;
    form.reset();
    form.elements.number.focus({ preventScroll: true });
  });
}
