import { expect, it } from "vitest";
import { shop } from "./testing";
import {
  bareDomain,
  currenciesWith,
  currencyName,
  describeSite,
  isCurrencyLike,
  originsOf,
} from "./words";

it("a domain is what is left of a pasted address", () => {
  for (const typed of ["https://Shop.example/a?b#c", " shop.example ", "shop.example:8443"]) {
    expect(bareDomain(typed)).toBe("shop.example");
  }
});

it("pages send by their own name and with www before it", () => {
  const both = ["https://shop.example", "https://www.shop.example"];
  expect(originsOf("shop.example")).toEqual(both);
  expect(originsOf("www.shop.example")).toEqual(both);
  expect(originsOf("localhost")).toEqual(["https://localhost"]);
});

it("a currency is found by its code and by its name", () => {
  expect(currencyName("EUR")).toBe("Euro");
  expect(currencyName("?")).toBe("");
  expect(isCurrencyLike("CHF", "franc")).toBe(true);
  expect(isCurrencyLike("CHF", "ch")).toBe(true);
  expect(isCurrencyLike("CHF", "yen")).toBe(false);
  expect(currenciesWith("ZZZ")).toContain("ZZZ");
});

it("a site is told part by part", () => {
  expect(describeSite(shop)).toMatchObject({
    Domain: "shop.example",
    "Week begins on": "Monday",
    "Visitors are recognised": "For one day",
  });
});
