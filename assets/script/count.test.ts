import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const SCRIPT = readFileSync("script/count.js", "utf8");
const ADDRESS = "https://weighbridge.example/api/v1/events?key=wbp_1";

type Sent = Record<string, unknown> & { name: string };
type Counted = Window & {
  weighbridge?: ((name: string, more?: object | null) => void) & { q?: unknown[][] };
};

let sent: Sent[] = [];
let undo: (() => void)[] = [];

/** Replaces a property for one test. */
function put(on: object, name: string, value: unknown) {
  const before = Object.getOwnPropertyDescriptor(on, name);
  Object.defineProperty(on, name, { configurable: true, writable: true, value });
  undo.push(() => {
    if (before) Object.defineProperty(on, name, before);
    else Reflect.deleteProperty(on, name);
  });
}

/** Runs the script as a page does that embeds it with these marks. */
function embed(marks: Record<string, string> = { key: "wbp_1" }) {
  const tag = document.createElement("script");
  tag.src = "https://weighbridge.example/count.js";
  Object.assign(tag.dataset, marks);
  put(document, "currentScript", tag);
  new Function(SCRIPT)();
}

beforeEach(() => {
  sent = [];
  for (const name of ["pushState", "replaceState"] as const) put(history, name, history[name]);
  history.replaceState(null, "", "/start?utm_source=mail&session=secret#part");
  put(navigator, "sendBeacon", (to: string, body: string) => {
    expect(to).toBe(ADDRESS);
    sent.push(JSON.parse(body));
    return true;
  });
});

afterEach(() => {
  for (const one of undo.reverse()) one();
  undo = [];
  localStorage.clear();
  Reflect.deleteProperty(window, "weighbridge");
});

test("a page is counted once, and of its address only what tells of a campaign is sent", () => {
  put(document, "referrer", "https://www.google.com/search?q=ada@example.org");
  embed();
  expect(sent).toEqual([
    {
      name: "page_view",
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      url: `${location.origin}/start?utm_source=mail`,
      referrer: "https://www.google.com/search",
    },
  ]);
});

test("what led here is not sent where it is no page of the web", () => {
  put(document, "referrer", "android-app://com.google.android.gm/");
  embed();
  expect(sent).toHaveLength(1);
  expect(sent[0]).not.toHaveProperty("referrer");
});

test("a page that a script changes is counted, and one that stays is not", () => {
  embed();
  history.pushState(null, "", "/next");
  history.replaceState({ scrolled: 1 }, "", "/next");
  history.pushState(null, "", "/next#part");
  history.replaceState(null, "", "/last");
  expect(sent.map((one) => new URL(String(one.url)).pathname)).toEqual([
    "/start",
    "/next",
    "/last",
  ]);
  expect(sent[1]?.referrer).toBe(`${location.origin}/start`);
});

test("a page is no other for what is not sent of its address", () => {
  embed();
  for (const query of ["?q=a", "?q=ab", "?utm_source=mail&q=ab", "?utm_source=paper"])
    history.replaceState(null, "", `/start${query}`);
  const pages = sent.map((one) => String(one.url).slice(location.origin.length));
  expect(pages).toEqual([
    "/start?utm_source=mail",
    "/start",
    "/start?utm_source=mail",
    "/start?utm_source=paper",
  ]);
});

test("what the page tells is sent with its value", () => {
  const early = Object.assign(() => {}, { q: [["lead"]] });
  put(window, "weighbridge", early);
  embed();
  (window as Counted).weighbridge?.("purchase", {
    value: 0.1 + 0.2,
    currency: "EUR",
    id: "order 1",
    other: 1,
  });
  expect(sent.slice(1)).toMatchObject([
    { name: "lead" },
    { name: "purchase", value: "0.300000", currency: "EUR", id: "order 1" },
  ]);
  expect(sent[1]?.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(sent[2]).not.toHaveProperty("other");
  (window as Counted).weighbridge?.("lead", null);
  expect(sent[3]).toMatchObject({ name: "lead" });
});

test.each([
  ["globalPrivacyControl", true],
  ["doNotTrack", "1"],
])("nothing is sent where %s is on", (name, value) => {
  put(navigator, name, value);
  embed();
  history.pushState(null, "", "/next");
  (window as Counted).weighbridge?.("lead");
  expect(sent).toEqual([]);
});

test("nothing is stored unless the page asks for lasting ids", () => {
  embed();
  expect([localStorage.length, document.cookie]).toEqual([0, ""]);
  expect(sent[0]).not.toHaveProperty("visitor");
  embed({ key: "wbp_1", ids: "lasting" });
  const known = localStorage.getItem("weighbridge");
  expect(known).toMatch(/^[0-9a-f-]{36}$/);
  expect(sent.at(-1)?.visitor).toBe(known);
  expect(document.cookie).toBe("");
});

test("without a beacon it is fetched, without cookies, and nobody hears of a failure", async () => {
  put(navigator, "sendBeacon", () => false);
  const fetched = vi.fn(() => Promise.reject(new Error("offline")));
  put(globalThis, "fetch", fetched);
  embed();
  await Promise.resolve();
  expect(fetched).toHaveBeenCalledWith(
    ADDRESS,
    expect.objectContaining({ method: "POST", keepalive: true, credentials: "omit" }),
  );
});

test("a page that is only prepared is counted when it is shown", () => {
  put(document, "prerendering", true);
  embed();
  history.replaceState(null, "", "/first");
  (window as Counted).weighbridge?.("lead");
  expect(sent).toEqual([]);
  put(document, "prerendering", false);
  document.dispatchEvent(new Event("prerenderingchange"));
  expect(sent.map((one) => one.name)).toEqual(["page_view", "lead"]);
  expect(sent[0]?.url).toBe(`${location.origin}/first`);
});

test("a tag without a key does nothing", () => {
  embed({});
  expect(sent).toEqual([]);
  expect((window as Counted).weighbridge).toBeUndefined();
});
