import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { FakeEventSource } from "./events";

configure({ asyncUtilTimeout: 10_000 });

/** What jsdom leaves out and a page asks for. */
class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
}
vi.stubGlobal("ResizeObserver", Observer);
vi.stubGlobal("IntersectionObserver", Observer);
vi.stubGlobal("EventSource", FakeEventSource);
Element.prototype.scrollIntoView = () => {};
window.scrollTo = () => {};
CSS.escape ??= (text: string) => text.replace(/[^\w-]/g, "\\$&");

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
