// The same way with the keyboard alone: no pointer, no mouse.
import assert from "node:assert/strict";
import { it } from "node:test";
import { person, seePage } from "./first.mjs";

const mostSteps = 80;

export function keyboardJourney(stage) {
  it("signs in with the keyboard alone", async () => {
    const { page, appliance } = stage;
    await page.context().clearCookies();
    await page.goto(appliance.url);
    await seePage(page, "Sign in");
    await page.keyboard.type(person.email);
    await page.keyboard.press("Tab");
    await page.keyboard.type(person.password);
    await page.keyboard.press("Enter");
    await seePage(page, "Overview");
  });

  it("skips the menu, and finds the keyboard at each new page's heading", async () => {
    const { page, appliance } = stage;
    await page.goto(appliance.url);
    await seePage(page, "Overview");
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "Skip to the page");
    await page.keyboard.press("Enter");
    await goTo(page, "Datasets", { from: "menu" });
    await seePage(page, "Datasets");
    assert.equal(await focused(page), "Datasets");
  });

  it("goes about with single keys, which a field under the keyboard keeps for itself", async () => {
    const { page, appliance } = stage;
    await page.goto(appliance.url);
    await seePage(page, "Overview");
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await seePage(page, "Datasets");
    await page.getByRole("link", { name: "Airports" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("gair");
    await seePage(page, "Datasets");
    assert.equal(await page.getByRole("searchbox").inputValue(), "gair");
    await page.getByRole("searchbox").fill("air");
    await tabTo(page, "Airports");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await seePage(page, "Airports");
  });

  it("finds a page with Ctrl-K, and shows every key with ?", async () => {
    const { page } = stage;
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.type("overv");
    await page.keyboard.press("Enter");
    await seePage(page, "Overview");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it("describes a dataset and adds a record", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/datasets`);
    await seePage(page, "Datasets");
    await goTo(page, "New dataset");
    await goTo(page, "Describe the fields yourself");
    await tabTo(page, "Name");
    await page.keyboard.type("Notes");
    await tabTo(page, "Fields");
    await tabTo(page, "Name");
    await page.keyboard.type("code");
    await tabBackTo(page, /Key field/);
    await page.keyboard.press("Enter");
    await page.getByRole("option", { name: "code" }).waitFor();
    await page.keyboard.press("Enter");
    await goTo(page, "Create");
    await seePage(page, "Notes");
    await goTo(page, "Add a record");
    await page.getByRole("dialog").waitFor();
    await tabTo(page, "code");
    await page.keyboard.type("N1");
    await page.keyboard.press("Enter");
    await page.getByText("N1 is saved.").waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it("runs the sync, and leaves the run with Escape closing what is open", async () => {
    const { page } = stage;
    await goTo(page, "Syncs", { from: "menu" });
    await seePage(page, "Syncs");
    await goTo(page, "Airports to Sandbox");
    await seePage(page, "Airports to Sandbox");
    await goTo(page, "Run now");
    await seePage(page, "Run of Airports to Sandbox");
    await page.getByText("Done: every record is there, exactly once").waitFor({ timeout: 60_000 });
    await tabTo(page, /Outcome/);
    await page.keyboard.press("Enter");
    await page.getByRole("listbox").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("listbox").waitFor({ state: "detached" });
  });

  it("deletes only after a question that can be left with Escape", async () => {
    const { page } = stage;
    await goTo(page, "Datasets", { from: "menu" });
    await seePage(page, "Datasets");
    await goTo(page, "Notes");
    await seePage(page, "Notes");
    await goTo(page, "Settings");
    await seePage(page, "Notes: Settings");
    await goTo(page, "Delete dataset");
    await page.getByRole("alertdialog").waitFor();
    await seeFocus(page, "Keep it");
    await page.keyboard.press("Escape");
    await page.getByRole("alertdialog").waitFor({ state: "detached" });
    await seeFocus(page, "Delete dataset");
    await page.keyboard.press("Enter");
    await page.getByRole("alertdialog").waitFor();
    await tabTo(page, "Delete dataset");
    await page.keyboard.press("Enter");
    await seePage(page, "Datasets");
  });
}

/** Waits until the keyboard is at what has that name: it gets there a frame after what it left. */
async function seeFocus(page, name) {
  await page.locator(":focus", { hasText: name }).waitFor();
  assert.equal(await focused(page), name);
}

/** Moves the keyboard to what has that name, and presses it. */
async function goTo(page, name, { from } = {}) {
  if (from === "menu") await page.evaluate(() => document.querySelector(".skip").focus());
  await tabTo(page, name);
  await page.keyboard.press("Enter");
}

async function tabTo(page, name) {
  await step(page, name, "Tab");
}

async function tabBackTo(page, name) {
  await step(page, name, "Shift+Tab");
}

async function step(page, name, key) {
  const passed = [];
  for (let steps = 0; steps < mostSteps; steps += 1) {
    await page.keyboard.press(key);
    const here = await focused(page);
    if (name instanceof RegExp ? name.test(here) : here === name) return;
    passed.push(here);
  }
  assert.fail(`${key} never reached ${name}: ${passed.join(" | ")}`);
}

/** What a screen reader would call the element that has the keyboard, about. */
async function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element === document.body) return "nothing";
    const labelled = element.getAttribute("aria-labelledby")?.split(" ") ?? [];
    const words =
      element.getAttribute("aria-label") ??
      (labelled.map((id) => document.getElementById(id)?.textContent).join(" ") ||
        element.labels?.[0]?.textContent ||
        element.textContent);
    return words.trim();
  });
}
