import { expect, it } from "vitest";
import { differenceOf, writeBrief, writeFigure, writeMoney, writeTick } from "./figures";
import { figureOf, labelOf, type MetricId, metricOf } from "./metrics";

it("each unit is written as people write it", () => {
  expect(writeFigure(12_345, "count", "EUR")).toBe("12,345");
  expect(writeFigure(0.4123, "rate", "EUR")).toBe("41.2%");
  expect(writeFigure(73.2, "seconds", "EUR")).toBe("1 min 13 s");
  expect(writeFigure(1234.5, "money", "EUR")).toBe("€1,234.50");
  expect(writeFigure(1234, "money", "JPY")).toBe("¥1,234");
});

it("a tile leaves out the cents of a large amount, and nothing else", () => {
  expect(writeBrief(12_345.67, "money", "EUR")).toBe("€12,346");
  expect(writeBrief(1234.56, "money", "EUR")).toBe("€1,234.56");
  expect(writeBrief(12_345, "count", "EUR")).toBe("12,345");
});

it("the edge of a chart is brief", () => {
  expect(writeTick(1500, "count", "EUR")).toBe("1.5K");
  expect(writeTick(1500, "money", "EUR")).toBe("€1.5K");
  expect(writeTick(0.4, "rate", "EUR")).toBe("40%");
});

it("no digit of an amount is lost, however large it is", () => {
  expect(writeMoney("90071992547409931.25", "EUR")).toBe("€90,071,992,547,409,931.25");
});

it("a difference says which way, how far, and whether that is good", () => {
  const cases: [MetricId, number, number, string, string, string][] = [
    ["visits", 110, 100, "up", "good", "10%"],
    ["visits", 97, 100, "down", "bad", "3%"],
    ["visits", 1234, 10, "up", "good", "123.4 times"],
    ["visits", 5, 0, "up", "good", "from 0"],
    ["bounce_rate", 0.42, 0.4, "up", "bad", "2.0 points"],
    ["bounce_rate", 0.2, 0.4, "down", "good", "20 points"],
    ["visits", 7, 7, "same", "neutral", "No change"],
    ["bounce_rate", 0.4002, 0.4, "same", "neutral", "No change"],
    ["visits", 100_001, 100_000, "same", "neutral", "No change"],
  ];
  for (const [id, now, before, direction, tone, text] of cases) {
    const found = differenceOf(metricOf(id), now, before);
    expect(found, `${id} ${now} ${before}`).toEqual({ direction, tone, text });
  }
  expect(differenceOf(metricOf("visits"), 1, undefined)).toBeUndefined();
  expect(differenceOf(metricOf("visits"), undefined, 1)).toBeUndefined();
});

it("an amount is a number where it is drawn, and what is missing stays missing", () => {
  expect(figureOf({ revenue: "12.50" }, metricOf("revenue"))).toBe(12.5);
  expect(figureOf({}, metricOf("average_order_value"))).toBeUndefined();
});

it("visitors of single days are called so where there are several", () => {
  expect(labelOf(metricOf("visitors"), true)).toBe("Daily visitors");
  expect(labelOf(metricOf("visitors"), false)).toBe("Visitors");
  expect(labelOf(metricOf("visits"), true)).toBe("Visits");
});
