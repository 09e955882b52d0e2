import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

const sites = join(import.meta.dirname, "../src/sites");

/** The modules that come with one before anything of it is shown: those that it imports at once. */
function loadedWith(module: string, found = new Set<string>()): Set<string> {
  if (found.has(module)) return found;
  found.add(module);
  const text = readFileSync(module, "utf8");
  for (const [, path = ""] of text.matchAll(
    /^(?:import|\}) (?!type )(?:[^"]* )?from "(\.[^"]+)"/gm,
  )) {
    const place = join(dirname(module), path);
    const file = ["", ".ts", ".tsx"].map((end) => place + end).find((name) => isModule(name));
    if (file) loadedWith(file, found);
  }
  return found;
}

function isModule(name: string): boolean {
  return /\.tsx?$/.test(name) && existsSync(name);
}

/** What draws charts is a fifth of what such a page is. */
const drawing = join(sites, "overview/plot.ts");

it.each(["overview", "realtime"])("the page of %s comes with its charts", (name) => {
  expect(loadedWith(join(sites, name, "page.tsx"))).toContain(drawing);
});

it.each(["reports", "funnel", "attribution", "journeys", "cohorts", "advertising"])(
  "the page of %s comes without charts: it has none, or not always",
  (name) => {
    expect(loadedWith(join(sites, name, "page.tsx"))).not.toContain(drawing);
  },
);
