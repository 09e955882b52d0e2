// Chromium, and what is watched in every page: policy violations, errors, accessibility.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const screenshots = new URL("../../target/screenshots/", import.meta.url).pathname;
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** WCAG 2.2 AA and what comes before it, and the practices that axe calls best. */
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** A browser with a profile folder of its own. */
export async function openBrowser() {
  const profile = await mkdtemp(join(tmpdir(), "weighbridge-chromium-"));
  await mkdir(screenshots, { recursive: true });
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: flags,
    ignoreHTTPSErrors: true,
    viewport: { width: 1440, height: 900 },
    acceptDownloads: true,
  });
  const faults = await watch(context);
  return {
    context,
    faults,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true });
    },
  };
}

/** Collects what must not happen anywhere: violations of the policy, and scripts that throw. */
async function watch(context) {
  const faults = [];
  await context.exposeBinding("reportViolation", ({ page }, violation) =>
    faults.push(`${page.url()}: ${violation}`),
  );
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      window.reportViolation(`${violatedDirective} ${blockedURI}`),
    );
  });
  context.on("weberror", (event) => faults.push(`${event.page()?.url()}: ${event.error()}`));
  return faults;
}

/** Holds the page against axe, in light and dark, wide and narrow; keeps a picture of each. */
export async function inspect(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of [1440, 375]) {
      await page.setViewportSize({ width, height: width === 375 ? 812 : 900 });
      await page.screenshot({
        path: join(screenshots, `${name}-${width}-${colorScheme}.png`),
        fullPage: true,
      });
      await assertNoSidewaysScrolling(page, `${name} at ${width}`);
      await assertAccessible(page, `${name} at ${width}, ${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function assertNoSidewaysScrolling(page, where) {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(excess <= 0, `${where}: the page is ${excess} px wider than the window`);
}

/** Injected by the debugger: switching the policy off for axe would hide what is under test. */
async function assertAccessible(page, where) {
  const session = await page.context().newCDPSession(page);
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    assert.equal(exceptionDetails, undefined, `${where}: ${exceptionDetails?.text}`);
    return result.value;
  };
  await evaluate(axe);
  const options = JSON.stringify({ runOnly: rules, resultTypes: ["violations"] });
  const found = await evaluate(`axe.run(document, ${options}).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ": " + nodes.map(({ target }) => target).join(", ")))`);
  await session.detach();
  assert.deepEqual(found, [], where);
}
