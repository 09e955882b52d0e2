import { $api } from "../../api/client";
import type { Goal, GoalCondition, GoalPageOperator } from "../../api/types";
import { filterWords, type Operator, operatorOptions } from "../filters/filters";

/** A site has no more. */
const most = 50;

/** What a site counts as conversions of its own. */
export function useGoals(siteId: string) {
  const params = { path: { id: siteId }, query: { limit: most } };
  return $api.useQuery("get", "/sites/{id}/goals", { params });
}

const ways: readonly Operator[] = ["is", "starts_with", "contains"];

/** How a page's path is held against a goal's. */
export const wayOptions = operatorOptions.filter(
  (option): option is { value: GoalPageOperator; label: string } & typeof option =>
    ways.includes(option.value),
);

/** By which event a goal is reached: "Event sign_up, page starts with /thanks". */
export function conditionWords({ event, page, filters = [] }: GoalCondition): string {
  const how = wayOptions.find(({ value }) => value === page?.operator)?.label;
  const at = page && `page ${how} ${page.path}`;
  const what = event ? [`Event ${event}`, at].filter(Boolean).join(", ") : `Viewed ${at}`;
  if (filters.length === 0) return what;
  return `${what}, in visits whose ${filters.map(filterWords).join(" and ")}`;
}

/** The goals of a list by their ids. */
export function goalsById(goals: readonly Goal[]): ReadonlyMap<string, Goal> {
  return new Map(goals.map((goal) => [goal.id, goal]));
}
