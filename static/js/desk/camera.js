// The camera: opens it, turns its light on, changes it, and hands each code it sees to onCode.
const PAUSE_MS = 60;
const WIDTH = 960;
const SAME_CODE_MS = 4000;

export class Camera {
  constructor(video, { onCode }) {
    this.video = video;
    this.onCode = onCode;
    this.seen = new Map();
  }

  get isOn() {
    return Boolean(this.stream);
  }

  async start(reader, deviceId = "") {
    this.stop();
    const wanted = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { ...wanted, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.loop(reader, this.stream);
  }

  stop() {
    if (!this.stream) return;
    for (const track of this.stream.getTracks()) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  track() {
    return this.stream ? this.stream.getVideoTracks()[0] : null;
  }

  hasTorch() {
    const track = this.track();
    return Boolean(track && track.getCapabilities && track.getCapabilities().torch);
  }

  setTorch(isOn) {
    return this.track().applyConstraints({ advanced: [{ torch: isOn }] });
  }

  async others() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((device) => device.kind === "videoinput");
  }

  // One picture is under way at a time; a hidden page looks at nothing.
  async loop(reader, stream) {
    while (this.stream === stream) {
      if (!document.hidden && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        for (const code of await reader.read(await this.picture())) this.noticed(code);
      }
      await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
    }
  }

  picture() {
    const width = Math.min(WIDTH, this.video.videoWidth);
    return createImageBitmap(this.video, { resizeWidth: width, resizeQuality: "medium" });
  }

  noticed(code) {
    const now = Date.now();
    const before = this.seen.get(code) || 0;
    this.seen.set(code, now);
    if (now - before > SAME_CODE_MS) this.onCode(code);
  }
}
