import { expect, it } from "vitest";
import { inEnglish } from "../vite.config.ts";

const load = inEnglish.load as (id: string) => string | undefined;

it.each([
  "/node_modules/react-aria/dist/private/intl/dnd/de-DE.mjs",
  "/node_modules/react-aria-components/dist/private/intl/zh-TW.mjs",
  "/node_modules/react-stately/dist/private/intl/datepicker/ar-AE.mjs",
])("%s says the same as in English", (id) => {
  expect(load(id)).toContain("./en-US.mjs");
});

it.each([
  "/node_modules/react-aria/dist/private/intl/dnd/en-US.mjs",
  "/node_modules/react-aria/dist/private/dnd/intlStrings.mjs",
  "/src/sites/words.ts",
])("%s stays as it is", (id) => {
  expect(load(id)).toBeUndefined();
});
