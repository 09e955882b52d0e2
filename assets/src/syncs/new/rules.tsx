import { getRouteApi } from "@tanstack/react-router";
import { wordsOf } from "../../connections/providers";
import { Checkbox } from "../../ui/fields";
import { usualDeletes } from "../deletes";
import { DeletesFields } from "../deletes-fields";
import { followHours, followLabel } from "../follow";
import { type Meeting, MeetingFields, secondsOf } from "../meeting-fields";
import { scopeOf } from "../scope";
import { ScopeFields } from "../scope-fields";
import { useEnter } from "./go";
import type { NewSyncSearch } from "./search";
import type { Settled } from "./settled";

const route = getRouteApi("/signed-in/syncs/new");

/** What was chosen of the rules that such a sync has. */
export function rulesOf(
  { table, isPull, isBoth }: Settled,
  search: NewSyncSearch,
  { filter, meeting: { conflicts, wait } }: { filter: string; meeting: Meeting },
) {
  const gone = search.gone ? ("delete" as const) : ("keep" as const);
  if (isPull) {
    const full_every_hours = search.follows ? followHours : 0;
    return { direction: "pull" as const, gone, full_every_hours };
  }
  if (table.any_names) {
    return { resend_unknown: search.resends ? ("always" as const) : ("never" as const) };
  }
  const there = {
    typecast: search.typecast ?? false,
    deletes: search.deletes ?? usualDeletes,
  };
  if (!isBoth) return { ...there, scope: scopeOf(search.scope ?? "all", filter) };
  const wait_seconds = secondsOf(wait);
  return { ...there, direction: "two_way" as const, gone, conflicts, wait_seconds };
}

interface RulesProps {
  settled: Settled;
  filter: string;
  onFilter: (filter: string) => void;
  meeting: Meeting;
  onMeeting: (meeting: Meeting) => void;
  faults: Record<string, string>;
}

/** The rules that a sync of this direction has. */
export function Rules({ settled, filter, onFilter, meeting, onMeeting, faults }: RulesProps) {
  const { dataset, connection, table, isPull, isBoth } = settled;
  const search = route.useSearch();
  const enter = useEnter();
  if (table.any_names) {
    return (
      <Checkbox isSelected={search.resends ?? false} onChange={(resends) => enter({ resends })}>
        Send again by itself what had no answer; some of it then arrives twice
      </Checkbox>
    );
  }
  return (
    <>
      {isBoth && <MeetingFields value={meeting} onChange={onMeeting} faults={faults} />}
      {(isPull || isBoth) && (
        <Checkbox isSelected={search.gone ?? false} onChange={(gone) => enter({ gone })}>
          {isBoth
            ? "Delete here what is gone there and was not changed here"
            : "Delete here what this sync has brought and what is gone there"}
        </Checkbox>
      )}
      {isPull && (
        <Checkbox isSelected={search.follows ?? false} onChange={(follows) => enter({ follows })}>
          {followLabel}
        </Checkbox>
      )}
      {!isPull && !isBoth && (
        <ScopeFields
          dataset={dataset}
          value={{ kind: search.scope ?? "all", filter }}
          onChange={(next) => {
            if (next.filter !== filter) onFilter(next.filter);
            if (next.kind !== search.scope) enter({ scope: next.kind });
          }}
          error={faults["scope.filter"]}
        />
      )}
      {!isPull && (
        <>
          <DeletesFields
            connection={connection}
            value={search.deletes ?? usualDeletes}
            onChange={(deletes) => enter({ deletes })}
            faults={faults}
          />
          <Checkbox
            isSelected={search.typecast ?? false}
            onChange={(typecast) => enter({ typecast })}
          >
            Convert texts, and add choices that {wordsOf(connection.provider).name} does not know
            yet
          </Checkbox>
        </>
      )}
    </>
  );
}
