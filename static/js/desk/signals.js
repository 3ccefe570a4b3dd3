// A tone and a vibration for each kind of answer, so that nobody has to look at the screen.
const TONES = {
  good: [[880, 0, 0.09], [1320, 0.1, 0.14]],
  note: [[660, 0, 0.12], [660, 0.18, 0.12]],
  bad: [[220, 0, 0.35]],
  wait: [[520, 0, 0.1]],
};
const SHAKES = { good: [60], note: [60, 60, 60], bad: [320], wait: [30] };

let context;
export const sound = { isOn: true };

// Browsers allow sound only after a touch: call this from one.
export function unlock() {
  if (!context && window.AudioContext) context = new AudioContext();
  if (context && context.state === "suspended") context.resume();
}

export function signal(kind) {
  if (navigator.vibrate && navigator.userActivation?.hasBeenActive) navigator.vibrate(SHAKES[kind]);
  if (!sound.isOn || !context || context.state !== "running") return;
  for (const [pitch, after, length] of TONES[kind]) {
    const oscillator = context.createOscillator();
    const volume = context.createGain();
    const begins = context.currentTime + after;
    oscillator.type = kind === "bad" ? "square" : "sine";
    oscillator.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, begins);
    volume.gain.exponentialRampToValueAtTime(0.001, begins + length);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(begins);
    oscillator.stop(begins + length);
  }
}
