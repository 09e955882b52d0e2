import { readTexts, type Texts } from "../../ui/address";
import { type DimensionId, isDimension, isTime } from "../filters/dimensions";
import { cleanFilters, cleanId, type Filter, narrowedBy, readFilters } from "../filters/filters";
import { type RangeSearch, readRangeSearch } from "../overview/range-search";
import { isReportMetric, type ReportMetricId } from "./metrics";
import { usualPreset } from "./presets";

const parts = [
  "dimensions",
  "metrics",
  "filters",
  "segment",
  "goal",
  "sort",
  "page",
  "metric",
] as const;

/** The appliance takes no more. */
export const mostDimensions = 5;
export const mostMetrics = 20;
/** So many rows stand on one page. */
export const pageRows = 50;

/** How the address says that nothing is told apart. */
const noDimension = "none";

/**
 * What a report tells; all of it stands in the address.
 *
 * `dimensions` and `metrics` have commas between them, and are those of the usual report when left
 * out; `filters` and `segment` say which visits alone are counted, `goal` what they reached; `sort` is one
 * of dimensions and metrics, falling with `-` before it; `page` is the first when left out; `metric` is drawn, the first figure when left out.
 */
export type ReportSearch = RangeSearch & Texts<(typeof parts)[number]>;

/** Reads the address; what is no part of a report is undefined. */
export function readReportSearch(search: Record<string, unknown>): ReportSearch {
  const texts = readTexts(search, parts);
  const { dimensions, metrics, filters, segment, goal, sort, page, metric } = texts;
  return {
    ...readRangeSearch(search),
    dimensions: dimensions === noDimension ? dimensions : list(dimensions, isDimension),
    metrics: list(metrics, isReportMetric),
    filters: cleanFilters(filters),
    segment: cleanId(segment),
    goal: cleanId(goal),
    sort: sort && isOrder(sort) ? sort : undefined,
    page: page && /^[1-9]\d{0,4}$/.test(page) && page !== "1" ? page : undefined,
    metric: metric && isReportMetric(metric) ? metric : undefined,
  };
}

/** A report as it is asked for. */
export interface Wanted {
  dimensions: DimensionId[];
  metrics: ReportMetricId[];
  filters: Filter[];
  segment: string | undefined;
  /** The goal that they reached. */
  goal: string | undefined;
  /** A dimension or a figure, falling with `-` before it. */
  sort: string;
  /** From 1 on. */
  page: number;
  /** Which of the figures is drawn. */
  drawn: ReportMetricId;
}

/** The report that an address means. */
export function wantedOf(search: ReportSearch): Wanted {
  const dimensions =
    search.dimensions === noDimension
      ? []
      : (read(search.dimensions, isDimension) ?? usualPreset.dimensions).slice(0, mostDimensions);
  const metrics = (read(search.metrics, isReportMetric) ?? usualPreset.metrics).slice(
    0,
    mostMetrics,
  );
  const [first, ...rest] = metrics as [ReportMetricId, ...ReportMetricId[]];
  const { metric: drawn, sort } = search;
  return {
    dimensions,
    metrics,
    filters: readFilters(search.filters),
    segment: search.segment,
    goal: search.goal,
    sort:
      sort && [...dimensions, ...metrics].some((id) => id === sort.replace(/^-/, ""))
        ? sort
        : usualSort(dimensions, first),
    page: Number(search.page ?? 1),
    drawn: rest.find((id) => id === drawn) ?? first,
  };
}

/** Which visits alone it counts, as the appliance is asked for them. */
export function visitsOf({ filters, segment, goal }: Pick<Wanted, "filters" | "segment" | "goal">) {
  return { ...narrowedBy(filters, segment), ...(goal !== undefined && { goal }) };
}

/** One page of that report, as the appliance is asked for it. */
export function askedFor({ dimensions, metrics, sort, page, ...visits }: Wanted) {
  const offset = (page - 1) * pageRows;
  return {
    dimensions,
    metrics,
    ...visitsOf(visits),
    sort,
    limit: pageRows,
    offset,
  };
}

/** Days go on as they came; anything else begins with the largest. */
function usualSort([first]: readonly DimensionId[], metric: ReportMetricId): string {
  return first !== undefined && isTime(first) ? first : `-${metric}`;
}

function isOrder(sort: string): boolean {
  const id = sort.replace(/^-/, "");
  return isReportMetric(id) || isDimension(id);
}

/** What pressing a heading leads to: the largest figure first, and the first name; then the last. */
export function nextSort(id: ReportMetricId | DimensionId, sort: string): string {
  const [usual, other] = isDimension(id) ? [id, `-${id}`] : [`-${id}`, id];
  return sort === usual ? other : usual;
}

/** Dimensions as they stand in the address; a time goes first, so that it can be drawn. */
export function writeDimensions(dimensions: readonly DimensionId[]): string {
  return dimensions.join(",") || noDimension;
}

function list<Name extends string>(
  text: string | undefined,
  isKnown: (name: string) => name is Name,
): string | undefined {
  return read(text, isKnown)?.join(",");
}

function read<Name extends string>(
  text: string | undefined,
  isKnown: (name: string) => name is Name,
): Name[] | undefined {
  const names = [...new Set(text?.split(","))].filter(isKnown);
  return names.length > 0 ? names : undefined;
}
