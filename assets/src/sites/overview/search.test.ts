import { expect, it } from "vitest";
import { readOverviewSearch } from "./search";

it("all that is shown stands in the address", () => {
  const search = {
    range: "7d",
    compare: "year",
    metric: "revenue",
    came: "campaigns",
    saw: "pages",
    all: "pages",
  };
  expect(readOverviewSearch(search)).toEqual(search);
});

it("days of one's own take the place of a span", () => {
  const own = { from: "2026-11-01", to: "2026-11-27" };
  expect(readOverviewSearch({ range: "7d", ...own })).toEqual(own);
});

it("what is none of these is left out", () => {
  const wrong = { range: "ever", compare: "mars", metric: "luck", came: "pages", saw: "sources" };
  expect(readOverviewSearch(wrong)).toEqual({});
  for (const [from, to] of [
    ["2026-02-30", "2026-03-01"],
    ["2026-03-02", "2026-03-01"],
    ["2026-03-02", undefined],
  ]) {
    expect(readOverviewSearch({ from, to })).toEqual({});
  }
});
