import { type DimensionId, dimensionOf, isDimension, valueWords } from "./dimensions";
import { joined, parted } from "./parted";

const operators = {
  is: "is",
  is_not: "is not",
  contains: "contains",
  not_contains: "does not contain",
  starts_with: "starts with",
} as const;

export type Operator = keyof typeof operators;

/** In the order in which they are offered. */
export const operatorOptions = (Object.keys(operators) as Operator[]).map((value) => ({
  value,
  label: operators[value],
}));

export function isOperator(text: string): text is Operator {
  return Object.hasOwn(operators, text);
}

/** Picks visits: those of which one event has any of the values there. */
export interface Filter {
  dimension: DimensionId;
  operator: Operator;
  /** One at least. */
  values: string[];
}

/** The appliance takes no more. */
export const mostFilters = 20;
export const mostValues = 50;

/** Filters as they stand in the address: `channel:is:email:sms;page:starts_with:/wool`. */
export function writeFilters(filters: readonly Filter[]): string | undefined {
  if (filters.length === 0) return undefined;
  const texts = filters.map(({ dimension, operator, values }) =>
    joined([dimension, operator, ...values], ":"),
  );
  return joined(texts, ";");
}

/** Reads the same; what is no filter is left out, and so is what stands there twice. */
export function readFilters(text: string | undefined): Filter[] {
  if (!text) return [];
  const texts = [...new Set(parted(text, ";"))];
  const filters = texts.flatMap((part) => readFilter(parted(part, ":")) ?? []);
  return filters.slice(0, mostFilters);
}

function readFilter([dimension = "", operator = "", ...values]: string[]): Filter | undefined {
  if (!isDimension(dimension) || !isOperator(operator) || values.length === 0) return undefined;
  return { dimension, operator, values: values.slice(0, mostValues) };
}

/** The same address text, or nothing where it holds no filter. */
export function cleanFilters(text: string | undefined): string | undefined {
  return writeFilters(readFilters(text));
}

/** Which visits alone are looked at, as the appliance is asked for them. */
export function narrowedBy(filters: Filter[], segment: string | undefined) {
  return segment === undefined ? { filters } : { filters, segment };
}

/** The id of a segment or a goal as it stands in the address; nothing where that is none. */
export function cleanId(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w-]{1,64}$/.test(text) ? text : undefined;
}

/** Whether the filters pick this one value already. */
export function hasFilter(filters: readonly Filter[], dimension: DimensionId, value: string) {
  return filters.some((filter) => filter.dimension === dimension && isAlone(filter, value));
}

function isAlone({ operator, values }: Filter, value: string): boolean {
  return operator === "is" && values.length === 1 && values[0] === value;
}

/** The filters and one more, which picks this value. */
export function withFilter(
  filters: readonly Filter[],
  dimension: DimensionId,
  value: string,
): Filter[] {
  return [...filters, { dimension, operator: "is", values: [value] }];
}

/** A filter in words: "Channel is Email or SMS". */
export function filterWords({ dimension, operator, values }: Filter): string {
  const words = values.map((value) => valueWords(dimension, value));
  return `${dimensionOf(dimension).label} ${operators[operator]} ${words.join(" or ")}`;
}
