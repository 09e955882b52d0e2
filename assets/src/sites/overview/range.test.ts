import { expect, it } from "vitest";
import {
  comparedWith,
  counterpart,
  isPreset,
  isWithinReach,
  lengthOf,
  presets,
  rangeName,
  rangeOf,
  rangeWords,
  stepped,
} from "./range";

const today = "2026-03-01";

it("each usual span is what it is called, up to today", () => {
  const spans = presets.map(({ id }) => {
    const { from, to } = rangeOf({ range: id }, today);
    return [id, from, to];
  });
  expect(spans).toEqual([
    ["today", today, today],
    ["yesterday", "2026-02-28", "2026-02-28"],
    ["7d", "2026-02-23", today],
    ["28d", "2026-02-02", today],
    ["30d", "2026-01-31", today],
    ["90d", "2025-12-02", today],
    ["month", today, today],
    ["last-month", "2026-02-01", "2026-02-28"],
    ["quarter", "2026-01-01", today],
    ["last-quarter", "2025-10-01", "2025-12-31"],
    ["year", "2026-01-01", today],
    ["last-year", "2025-01-01", "2025-12-31"],
  ]);
});

it("days of one's own go before a span, and without either it is 28 days", () => {
  const own = { from: "2026-01-05", to: "2026-01-06" };
  expect(rangeOf({ range: "7d", ...own }, today)).toEqual(own);
  expect(lengthOf(rangeOf({}, today))).toBe(28);
});

it("a step goes as far as the range is long, and a month by a month", () => {
  const cases: [string, string, 1 | -1, string, string][] = [
    ["2026-02-02", "2026-02-08", -1, "2026-01-26", "2026-02-01"],
    ["2026-02-02", "2026-02-08", 1, "2026-02-09", "2026-02-15"],
    ["2026-02-20", "2026-02-26", 1, "2026-02-23", today],
    ["2026-02-01", "2026-02-28", -1, "2026-01-01", "2026-01-31"],
    ["2026-02-01", "2026-02-28", 1, today, today],
    [today, today, -1, "2026-02-01", "2026-02-28"],
  ];
  for (const [from, to, count, first, last] of cases) {
    expect(stepped({ from, to }, count, today), `${from} ${count}`).toEqual({
      from: first,
      to: last,
    });
  }
});

it("a quarter and a year go on by their like, as far as they have come", () => {
  const cases: [string, string, 1 | -1, string, string][] = [
    ["2026-01-01", "2026-02-10", -1, "2025-10-01", "2025-12-31"],
    ["2025-10-01", "2025-12-31", -1, "2025-07-01", "2025-09-30"],
    ["2025-10-01", "2025-12-31", 1, "2026-01-01", "2026-02-10"],
    ["2025-01-01", "2025-12-31", -1, "2024-01-01", "2024-12-31"],
    ["2025-01-01", "2025-12-31", 1, "2026-01-01", "2026-02-10"],
    ["2025-11-01", "2026-01-31", -1, "2025-08-01", "2025-10-31"],
  ];
  for (const [from, to, count, first, last] of cases) {
    expect(stepped({ from, to }, count, "2026-02-10"), `${from} ${count}`).toEqual({
      from: first,
      to: last,
    });
  }
});

it("days are told in as few words as will do", () => {
  expect(rangeWords({ from: "2026-10-31", to: "2026-11-27" })).toMatch(/^31 Oct\s–\s27 Nov 2026$/);
  expect(rangeWords({ from: "2026-11-27", to: "2026-11-27" })).toBe("Fri 27 Nov 2026");
  expect(rangeName({ range: "month" })).toBe("This month");
  expect(rangeName({})).toBe("Last 28 days");
  expect(rangeName({ from: "2026-11-27", to: "2026-11-27" })).toBe("1 day");
});

it("what an object has by birth is no span", () => {
  expect(isPreset("toString")).toBe(false);
  expect(isPreset("7d")).toBe(true);
});

it("days are compared with as many before them, or with those of a year before", () => {
  const range = { from: "2026-11-01", to: "2026-11-27" };
  expect(comparedWith(range, "previous")).toEqual({ from: "2026-10-05", to: "2026-10-31" });
  expect(comparedWith(range, "year")).toEqual({ from: "2025-11-01", to: "2025-11-27" });
  const weeks = { from: "2025-11-02", to: "2025-11-28" };
  expect(comparedWith(range, "year_by_weekday")).toEqual(weeks);
  expect(comparedWith(range, "none")).toBeUndefined();
});

it("days of more than two years ago are told of only beside later ones", () => {
  expect(isWithinReach({ from: "2024-03-01", to: today }, today)).toBe(true);
  expect(isWithinReach({ from: "2024-02-29", to: today }, today)).toBe(false);
});

it("a day stands beside the one at its place, and over a leap day beside its own date", () => {
  const days = { from: "2026-11-01", to: "2026-11-10" };
  const before = { from: "2025-11-02", to: "2025-11-11" };
  expect(counterpart("2026-11-03", days, before)).toBe("2025-11-04");
  const leap = { from: "2024-02-20", to: "2024-03-10" };
  const year = { from: "2023-02-20", to: "2023-03-10" };
  expect(counterpart("2024-02-29", leap, year)).toBe("2023-02-28");
  expect(counterpart("2024-03-01", leap, year)).toBe("2023-03-01");
  const next = { from: "2025-02-20", to: "2025-03-10" };
  expect(counterpart("2025-03-01", next, leap)).toBe("2024-03-01");
});
