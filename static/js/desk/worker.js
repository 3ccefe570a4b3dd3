// Reads QR codes out of pictures, away from the page: natively where the browser can, else with the
// vendored WebAssembly reader, which is loaded only now. One picture in, one answer out.
"use strict";

let reader;

async function prepare({ ponyfill, wasm }) {
  if ("BarcodeDetector" in self) {
    const formats = await self.BarcodeDetector.getSupportedFormats().catch(() => []);
    if (formats.includes("qr_code")) return new self.BarcodeDetector({ formats: ["qr_code"] });
  }
  importScripts(ponyfill);
  const api = self.BarcodeDetectionAPI;
  await api.prepareZXingModule({
    overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? wasm : prefix + path) },
    fireImmediately: true,
  });
  return new api.BarcodeDetector({ formats: ["qr_code"] });
}

async function read(picture) {
  try {
    const found = await (await reader).detect(picture);
    return found.map((code) => code.rawValue).filter(Boolean);
  } finally {
    picture.close();
  }
}

self.addEventListener("message", async ({ data }) => {
  if (data.prepare) {
    reader = prepare(data.prepare);
    reader.then(() => self.postMessage({ isReady: true }), (error) => self.postMessage({ error: String(error) }));
    return;
  }
  try {
    self.postMessage({ id: data.id, codes: await read(data.picture) });
  } catch (error) {
    self.postMessage({ id: data.id, codes: [], error: String(error) });
  }
});
