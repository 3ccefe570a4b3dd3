// The buttons around the camera: start, stop, light, choice, a photo instead; the screen stays awake meanwhile.
import { Camera } from "./camera.js";
import { Reader } from "./reader.js";
import { sound, unlock } from "./signals.js";

const find = (id) => document.getElementById(id);

export class CameraPanel {
  constructor({ reader, sprite, texts }, { onCode }) {
    Object.assign(this, { addresses: reader, texts, onCode });
    this.camera = new Camera(find("video"), { onCode });
    find("camera-start").addEventListener("click", () => this.start());
    find("camera-choice").addEventListener("change", (changed) => this.start(changed.target.value));
    find("camera-stop").addEventListener("click", () => this.stop(texts.cameraOff));
    find("torch").addEventListener("click", ({ currentTarget }) => this.light(currentTarget));
    find("photo").addEventListener("change", (changed) => this.photo(changed.target));
    find("sound").addEventListener("click", ({ currentTarget: button }) => {
      unlock();
      sound.isOn = !sound.isOn;
      button.setAttribute("aria-pressed", String(sound.isOn));
      button.querySelector("use").setAttribute("href", `${sprite}#${sound.isOn ? "volume" : "volume-off"}`);
    });
    document.addEventListener("visibilitychange", () => { if (!document.hidden && this.camera.isOn) this.stayAwake(); });
  }

  codeReader() {
    this.reader ||= new Reader(this.addresses);
    return this.reader.ready.then(() => this.reader);
  }

  async start(deviceId = "") {
    unlock();
    const button = find("camera-start");
    button.disabled = true;
    find("camera-help").hidden = true;
    this.say(this.texts.starting);
    try {
      if (!navigator.mediaDevices) throw new DOMException("", "InsecureContext");
      await this.camera.start(await this.codeReader(), deviceId);
      find("camera").dataset.state = "on";
      this.say(this.texts.looking);
      await this.showTools();
      await this.stayAwake();
    } catch (failure) {
      this.stop(this.texts.cameraFaults[failure.name] || this.texts.cameraFaults.other);
      find("camera-help").hidden = failure.name !== "NotAllowedError";
    }
    button.disabled = false;
  }

  stop(words = "") {
    this.camera.stop();
    find("camera").dataset.state = "off";
    this.say(words);
    this.lock?.release().catch(() => {});
  }

  say(words) {
    find("camera-words").textContent = words;
  }

  async stayAwake() {
    this.lock = await navigator.wakeLock?.request("screen").catch(() => null);
  }

  async showTools() {
    find("torch").hidden = !this.camera.hasTorch();
    const devices = await this.camera.others();
    const choice = find("camera-choice");
    const current = this.camera.track().getSettings().deviceId;
    choice.replaceChildren(...devices.map((device, index) => {
      const label = device.label || this.texts.cameraNumber.replace("{number}", index + 1);
      return new Option(label, device.deviceId, false, device.deviceId === current);
    }));
    choice.closest("label").hidden = devices.length < 2;
  }

  async light(button) {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    await this.camera.setTorch(isOn).catch(() => {});
    button.setAttribute("aria-pressed", String(isOn));
  }

  async photo(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    this.say(this.texts.starting);
    try {
      const reader = await this.codeReader();
      const codes = await reader.read(await createImageBitmap(file));
      this.say(codes.length ? "" : this.texts.noCodeInPhoto);
      if (codes.length) this.onCode(codes[0]);
    } catch {
      this.say(this.texts.cameraFaults.other);
    }
  }
}
