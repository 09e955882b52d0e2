import { getRouteApi } from "@tanstack/react-router";
import { wordsOf } from "../../connections/providers";
import { Checkbox } from "../../ui/fields";
import { usualDeletes } from "../deletes";
import { DeletesFields } from "../deletes-fields";
import { FollowFields, hoursOf } from "../follow-fields";
import { GoneFields, goneOf } from "../gone-fields";
import { MeetingFields, secondsOf } from "../meeting-fields";
import { scopeOf } from "../scope";
import { ScopeFields } from "../scope-fields";
import { useEnter } from "./go";
import { LivePreview } from "./preview";
import type { NewSyncSearch } from "./search";
import type { Settled } from "./settled";
import type { TypedRules } from "./typed-rules";

const route = getRouteApi("/signed-in/syncs/new");

/** What was chosen of the rules that such a sync has. */
export function rulesOf(
  { table, isPull, isBoth }: Settled,
  search: NewSyncSearch,
  { filter, meeting: { conflicts, wait }, gone, follow }: TypedRules,
) {
  if (isPull) {
    const full_every_hours = hoursOf(follow);
    return { direction: "pull" as const, ...goneOf(gone), full_every_hours };
  }
  if (table.any_names) {
    return { resend_unknown: search.resends ? ("always" as const) : ("never" as const) };
  }
  const there = {
    typecast: search.typecast ?? false,
    deletes: search.deletes ?? usualDeletes,
  };
  const takes = { ...there, scope: scopeOf(search.scope ?? "all", filter) };
  if (!isBoth) return takes;
  const wait_seconds = secondsOf(wait);
  return {
    ...takes,
    ...goneOf(gone),
    direction: "two_way" as const,
    conflicts,
    wait_seconds,
  };
}

interface RulesProps {
  settled: Settled;
  rules: TypedRules;
  faults: Record<string, string>;
}

/** The rules that a sync of this direction has. */
export function Rules({ settled, rules, faults }: RulesProps) {
  const { dataset, connection, table, isPull, isBoth } = settled;
  const search = route.useSearch();
  const { scope: kind = "all" } = search;
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
      {isBoth && <MeetingFields value={rules.meeting} onChange={rules.onMeeting} faults={faults} />}
      {(isPull || isBoth) && (
        <GoneFields isBoth={isBoth} value={rules.gone} onChange={rules.onGone} faults={faults} />
      )}
      {isPull && <FollowFields value={rules.follow} onChange={rules.onFollow} faults={faults} />}
      {!isPull && (
        <>
          <ScopeFields
            dataset={dataset}
            isBoth={isBoth}
            value={{ kind, filter: rules.filter }}
            onChange={(next) => {
              if (next.filter !== rules.filter) rules.onFilter(next.filter);
              if (next.kind !== search.scope) enter({ scope: next.kind });
            }}
            error={faults["scope.filter"]}
          />
          {kind !== "all" && <LivePreview settled={settled} scope={scopeOf(kind, rules.filter)} />}
        </>
      )}
      {!isPull && (
        <>
          <DeletesFields
            connection={connection}
            isBoth={isBoth}
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
