import { formatCount, formatDuration } from "../../ui/format";
import type { Metric, Unit } from "./metrics";

const rates = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const monies = new Map<string, Intl.NumberFormat>();

/** From here on cents only blur the sight of an amount. */
const largeAmount = 10_000;

/** A figure in full: 12,345, 41.2%, 1 min 13 s, €1,234.56. */
export function writeFigure(value: number, unit: Unit, currency: string): string {
  switch (unit) {
    case "count":
      return formatCount(value);
    case "rate":
      return rates.format(value);
    case "seconds":
      return formatDuration(value);
    case "money":
      return money(currency, {}).format(value);
  }
}

/** The same for a tile: large amounts without their cents. */
export function writeBrief(value: number, unit: Unit, currency: string): string {
  if (unit !== "money" || Math.abs(value) < largeAmount) return writeFigure(value, unit, currency);
  return money(currency, { maximumFractionDigits: 0 }).format(value);
}

/** The same for the edge of a chart: 12K, 40%, 2 min, €1.5K. */
export function writeTick(value: number, unit: Unit, currency: string): string {
  if (unit === "count") return compact.format(value);
  if (unit !== "money") return writeFigure(value, unit, currency);
  return money(currency, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** An amount as the appliance tells it, with no digit lost. */
export function writeMoney(amount: string, currency: string): string {
  return money(currency, {}).format(amount as Intl.StringNumericLiteral);
}

function money(currency: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${currency} ${JSON.stringify(options)}`;
  let format = monies.get(key);
  if (!format) {
    format = new Intl.NumberFormat("en", {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      ...options,
    });
    monies.set(key, format);
  }
  return format;
}

/** How a figure differs from what it is compared with. */
export interface Difference {
  direction: "up" | "down" | "same";
  /** Whether that is good news. */
  tone: "good" | "bad" | "neutral";
  /** "12%", "1.4 points", "from 0". */
  text: string;
}

/** Nothing where there is nothing to compare. */
export function differenceOf(
  { unit, better }: Metric,
  now: number | undefined,
  before: number | undefined,
): Difference | undefined {
  if (now === undefined || before === undefined) return undefined;
  const text = unit === "rate" ? points(now - before) : share(now, before);
  if (now === before || /^0(\.0)?\D/.test(text)) {
    return { direction: "same", tone: "neutral", text: "No change" };
  }
  const isMore = now > before;
  return {
    direction: isMore ? "up" : "down",
    tone: isMore === (better === "more") ? "good" : "bad",
    text,
  };
}

function points(difference: number): string {
  const size = Math.abs(difference * 100);
  return `${size.toFixed(size < 10 ? 1 : 0)} points`;
}

function share(now: number, before: number): string {
  if (before === 0) return "from 0";
  const size = Math.abs(now - before) / Math.abs(before);
  if (now > before && size >= 9) return `${compact.format(now / before)} times`;
  return new Intl.NumberFormat("en", {
    style: "percent",
    maximumFractionDigits: size < 0.1 ? 1 : 0,
  }).format(size);
}
