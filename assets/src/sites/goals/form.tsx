import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { client } from "../../api/client";
import { tagOf } from "../../api/guarded";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import type { Goal, GoalCondition, GoalPageOperator, Site } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { ComboBox } from "../../ui/combo-box";
import { Select, TextField } from "../../ui/fields";
import { Failure } from "../../ui/notice";
import { FilterBar } from "../filters/bar";
import type { Filter } from "../filters/filters";
import { type Place, useSeen } from "../filters/seen";
import { wayOptions } from "./goals";

/** The addresses of which something else is read when goals change. */
export const touches = [
  "/sites/{id}/goals",
  "/sites/{id}/goal-figures",
  "/sites/{id}/reports",
  "/sites/{id}/funnels",
];

const members = ["name", "condition.event", "condition.page.path", "value"] as const;

interface Draft {
  name: string;
  /** Empty for a page that is viewed. */
  event: string;
  operator: GoalPageOperator;
  /** Empty for any page. */
  path: string;
  /** Empty where nothing is assigned. */
  value: string;
  filters: Filter[];
}

interface GoalFormProps {
  site: Site;
  /** What is changed; another is made when left out. */
  goal?: Goal;
  place: Place;
  onSaved: () => void;
}

/** What a goal is called, by which event it is reached, and what that is worth. */
export function GoalForm({ site, goal, place, onSaved }: GoalFormProps) {
  const [draft, setDraft] = useState(() => draftOf(goal));
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const save = useSave(site.id, goal, onSaved);
  const submit = (event: FormEvent) => {
    // That of a filter, which is opened beside this form, comes along here, too.
    if (event.target !== event.currentTarget) return;
    event.preventDefault();
    save.mutate(draft);
  };
  const faults = fieldMessages(save.error);
  return (
    <form className="form" onSubmit={submit}>
      <TextField
        label="Name"
        isRequired
        autoComplete="off"
        value={draft.name}
        onChange={(name) => change({ name })}
        error={faults.name}
      />
      <Reached draft={draft} place={place} faults={faults} onChange={change} />
      <FilterBar
        label="Only in visits"
        filters={draft.filters}
        place={place}
        onChange={(filters) => change({ filters })}
      />
      <TextField
        label={`Assigned value in ${site.currency}`}
        help="What a completion is worth whose event comes without a value. It is told apart from revenue."
        inputMode="decimal"
        autoComplete="off"
        value={draft.value}
        onChange={(value) => change({ value })}
        error={faults.value}
      />
      <Failure error={save.error} shown={[...members]} />
      <div className="actions">
        <Button type="submit" look="primary" isDisabled={save.isPending}>
          {goal ? "Save" : "Add the goal"}
        </Button>
      </div>
    </form>
  );
}

interface ReachedProps {
  draft: Draft;
  place: Place;
  faults: Record<string, string>;
  onChange: (part: Partial<Draft>) => void;
}

/** The event, the page, or both. */
function Reached({ draft, place, faults, onChange }: ReachedProps) {
  const events = useSeen(place, "event").filter(Boolean);
  const pages = useSeen(place, "page").filter(Boolean);
  return (
    <>
      <ComboBox
        label="Event"
        placeholder="A page is viewed"
        options={events}
        value={draft.event}
        onChange={(event) => onChange({ event })}
        fits={isLike}
        takesOther
        error={faults["condition.event"]}
      />
      <div className="filter-what">
        <Select
          label="Page"
          options={wayOptions}
          value={draft.operator}
          onChange={(operator) => onChange({ operator })}
        />
        <ComboBox
          label="Path"
          placeholder="Any page"
          options={pages}
          value={draft.path}
          onChange={(path) => onChange({ path })}
          fits={isLike}
          takesOther
          error={faults["condition.page.path"]}
        />
      </div>
    </>
  );
}

function useSave(siteId: string, goal: Goal | undefined, onSaved: () => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async (draft: Draft) => {
      const path = { id: siteId };
      const name = draft.name;
      const condition = conditionOf(draft);
      const value = draft.value.trim();
      if (!goal) {
        const body = { name, condition, ...(value && { value }) };
        return client.POST("/sites/{id}/goals", { params: { path }, body });
      }
      const params = {
        path: { ...path, goal: goal.id },
        header: { "If-Match": tagOf(goal.version) },
      };
      return client.PATCH("/sites/{id}/goals/{goal}", { params, body: { name, condition, value } });
    },
    onSuccess: async (_answer, { name }) => {
      onSaved();
      announce(`The goal ${name} is ${goal ? "changed" : "added"}.`);
      await refresh(...touches);
    },
  });
}

function draftOf(goal: Goal | undefined): Draft {
  const { event = "", page, filters = [] } = goal?.condition ?? {};
  return {
    name: goal?.name ?? "",
    event,
    operator: page?.operator ?? "is",
    path: page?.path ?? "",
    value: goal?.value ?? "",
    filters,
  };
}

function conditionOf({ event, operator, path, filters }: Draft): GoalCondition {
  const [name, at] = [event.trim(), path.trim()];
  return {
    ...(name && { event: name }),
    ...(at && { page: { operator, path: at } }),
    filters,
  };
}

function isLike(option: string, typed: string): boolean {
  return option.toLowerCase().includes(typed.trim().toLowerCase());
}
