// Copies the third-party browser files listed below out of node_modules, byte for byte, and writes MANIFEST.json.
// Run in this folder with Node 20 or newer:  npm ci --ignore-scripts && node vendor.mjs
// Running it twice gives identical files; tests/house/test_vendored.py checks the result without Node.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");

// The reader's .wasm must be the copy that the installed barcode-detector was built against.
const nested = join("barcode-detector", "node_modules", "zxing-wasm");
const zxing = existsSync(join(modules, nested)) ? nested : "zxing-wasm";

const PACKAGES = [
  { name: "@tabler/core", folder: "tabler", from: "@tabler/core", files: { "dist/css/tabler.min.css": "tabler.min.css" } },
  { name: "htmx.org", folder: "htmx", from: "htmx.org", files: { "dist/htmx.min.js": "htmx.min.js" } },
  { name: "barcode-detector", folder: "barcode-detector", from: "barcode-detector", files: { "dist/iife/ponyfill.js": "ponyfill.js" } },
  { name: "zxing-wasm", folder: "zxing-wasm", from: zxing, files: { "dist/reader/zxing_reader.wasm": "zxing_reader.wasm" } },
  { name: "idb", folder: "idb", from: "idb", files: { "build/index.js": "index.js" } },
  { name: "@tabler/icons", folder: "tabler-icons", from: "@tabler/icons", sprite: "icons.json" },
];

// Copyright lines of packages that name their licence but ship no licence file.
const OWNERS = { "@tabler/core": "Copyright 2018-2026 The Tabler Authors\nCopyright 2018-2026 codecalm.net Paweł Kuna" };

const lockPath = join(here, "package-lock.json");
const lock = withoutAddresses(JSON.parse(readFileSync(lockPath, "utf8")));
writeFileSync(lockPath, JSON.stringify(lock, null, 2) + "\n");

const manifest = { about: "Written by vendor.mjs. Files are unmodified copies, except the sprite, which is assembled from single icons.", packages: [], files: {} };
for (const item of PACKAGES) vendor(item);
manifest.files = Object.fromEntries(Object.entries(manifest.files).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(join(here, "MANIFEST.json"), JSON.stringify(manifest, null, 2) + "\n");

function vendor(item) {
  const root = join(modules, item.from);
  const described = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const locked = lock.packages[join("node_modules", item.from)];
  if (locked.version !== described.version) throw new Error(`${item.name}: installed ${described.version}, locked ${locked.version}`);
  rmSync(join(here, item.folder), { recursive: true, force: true });
  mkdirSync(join(here, item.folder), { recursive: true });
  for (const [source, target] of Object.entries(item.files ?? {})) put(item.folder, target, readFileSync(join(root, source)));
  if (item.sprite) put(item.folder, "sprite.svg", sprite(root, JSON.parse(readFileSync(join(here, item.sprite), "utf8"))));
  put(item.folder, "LICENSE", licence(item.name, root, described));
  manifest.packages.push({ name: item.name, version: described.version, licence: described.license, integrity: locked.integrity, folder: item.folder });
}

function put(folder, name, bytes) {
  const buffer = Buffer.from(bytes);
  writeFileSync(join(here, folder, name), buffer);
  manifest.files[`${folder}/${name}`] = { bytes: buffer.length, sha384: createHash("sha384").update(buffer).digest("base64") };
}

function licence(name, root, described) {
  const file = readdirSync(root).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  if (file) return readFileSync(join(root, file));
  if (!OWNERS[name]) throw new Error(`${name}: no licence file and no owner known`);
  return `${name} ${described.version} is published under the ${described.license} licence; its package holds no licence file.\n\n${OWNERS[name]}\n`;
}

function sprite(root, names) {
  const symbols = names.map((name) => {
    const outline = join(root, "icons", "outline", `${name}.svg`);
    const filled = join(root, "icons", "filled", `${name.replace(/-filled$/, "")}.svg`);
    const isFilled = !existsSync(outline);
    const text = readFileSync(isFilled ? filled : outline, "utf8");
    const shapes = [...text.matchAll(/<(path|circle|rect|line|polyline|ellipse)\b[^>]*?\/>/g)]
      .map((match) => match[0].replace(/\s+/g, " ").replace(" />", "/>"))
      .filter((shape) => !shape.includes('d="M0 0h24v24H0z"'));
    if (shapes.length === 0) throw new Error(`icon ${name} is empty`);
    const look = isFilled ? 'fill="currentColor" stroke="none"' : 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
    return `<symbol id="${name}" viewBox="0 0 24 24" ${look}>${shapes.join("")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

// The lock keeps versions and integrity hashes; where they were fetched from is each builder's own setting.
function withoutAddresses(value) {
  if (Array.isArray(value)) return value.map(withoutAddresses);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "resolved" && key !== "funding").map(([key, inner]) => [key, withoutAddresses(inner)]));
}
