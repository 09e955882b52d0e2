// Finishes what `vite build` left in dist: the demo's data, and a brotli and a gzip twin of each
// file that gains from it, so that the appliance serves them without compressing anything itself.
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const dist = new URL("./dist/", import.meta.url).pathname;
const compressible = new Set([".css", ".csv", ".html", ".js", ".json", ".svg", ".txt"]);
/** Below this a twin saves less than its headers cost. */
const worthwhileBytes = 1024;

async function copyDemoData() {
  const require = createRequire(import.meta.url);
  const built = dirname(require.resolve("vega-datasets"));
  await mkdir(join(dist, "demo"), { recursive: true });
  await copyFile(join(built, "../data/airports.csv"), join(dist, "demo/airports.csv"));
}

async function writeTwins(path) {
  const bytes = await readFile(path);
  if (bytes.length < worthwhileBytes) return;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(bytes, { params }),
    promisify(gzip)(bytes, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${path}.br`, br), writeFile(`${path}.gz`, gz)]);
}

await copyDemoData();
const entries = await readdir(dist, { recursive: true, withFileTypes: true });
await Promise.all(
  entries
    .filter((entry) => entry.isFile() && compressible.has(extname(entry.name)))
    .map((entry) => writeTwins(join(entry.parentPath, entry.name))),
);
