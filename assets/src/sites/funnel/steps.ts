import type { FunnelQuery } from "../../api/types";
import {
  cleanId,
  type Filter,
  isOperator,
  type Operator,
  operatorOptions,
} from "../filters/filters";
import { joined, parted } from "../filters/parted";

/** One step of a funnel: an event of that name, or on that page, or both; or what reaches a goal. */
export interface Step {
  /** What people call it; left empty it is called by what it is. */
  name: string;
  /** Empty for any. */
  event: string;
  operator: Operator;
  /** Empty for any. */
  page: string;
  /** The goal's id, in the place of event and page; empty for none. */
  goal: string;
}

export const fewestSteps = 2;
export const mostSteps = 10;

export const anyStep: Step = { name: "", event: "", operator: "is", page: "", goal: "" };

/** What is counted until somebody says otherwise. */
export const usualSteps: readonly Step[] = [
  { ...anyStep, name: "Came", event: "page_view" },
  { ...anyStep, name: "Bought", event: "purchase" },
];

/** Steps as they stand in the address: `Came:page_view:is:;Bought:purchase:is:`. */
export function writeSteps(steps: readonly Step[]): string {
  const texts = steps.map(({ name, event, operator, page, goal }) =>
    joined([name, event, operator, page, ...(goal ? [goal] : [])], ":"),
  );
  return joined(texts, ";");
}

/** Reads the same; nothing where it is no funnel. */
export function readSteps(text: string | undefined): Step[] | undefined {
  if (!text) return undefined;
  const steps = parted(text, ";").flatMap((part) => readStep(parted(part, ":")) ?? []);
  return steps.length < fewestSteps ? undefined : steps.slice(0, mostSteps);
}

function readStep(parts: string[]): Step | undefined {
  const [name = "", event = "", operator = "", page = "", goal] = parts;
  if (!isOperator(operator)) return undefined;
  const step = { name, event, operator, page, goal: cleanId(goal) ?? "" };
  return isWhole(step) ? step : undefined;
}

/** Whether it says what must happen. */
export function isWhole({ event, page, goal }: Step): boolean {
  return event !== "" || page !== "" || goal !== "";
}

/** What a step is called: "Pricing", or "purchase", "page starts with /wool". */
export function stepName({ name, event, operator, page, goal }: Step): string {
  if (name) return name;
  if (goal) return "Goal";
  const how = operatorOptions.find(({ value }) => value === operator)?.label;
  return event
    ? [event, page && `page ${how} ${page}`].filter(Boolean).join(", ")
    : `Page ${how} ${page}`;
}

/** A step as the appliance is asked for it. */
export function askedStep(step: Step): FunnelQuery["steps"][number] {
  const { event, operator, page, goal } = step;
  if (goal) return { name: stepName(step), goal };
  const filters: Filter[] = [
    { dimension: "event", operator: "is", values: [event] },
    { dimension: "page", operator, values: [page] },
  ];
  return { name: stepName(step), filters: filters.filter(({ values: [value] }) => value) };
}
