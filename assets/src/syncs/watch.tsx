import type { Sync } from "../api/types";
import { type Fact, Facts } from "../ui/facts";
import { formatMoment } from "../ui/format";
import { Choice } from "./choice";

/** Whether the sync also runs when its provider tells that something has changed. */
export function WatchChoice({ sync }: { sync: Sync }) {
  return (
    <>
      <Choice
        sync={sync}
        part="Runs on changes"
        label="Run when Airtable tells of a change"
        isTicked={({ run_on_change }) => run_on_change === true}
        ticked={{
          wish: { run_on_change: true },
          word: "Yes",
          saved: "It runs when Airtable tells of a change.",
        }}
        unticked={{
          wish: { run_on_change: false },
          word: "No",
          saved: "Changes at Airtable start no run.",
        }}
      >
        Airtable tells this appliance when something changes in {sync.base.name}, and a run reads
        it. Keep a schedule beside it: what Airtable fails to tell, the next scheduled run finds.
      </Choice>
      {sync.run_on_change && <Facts facts={factsOf(sync.watch)} />}
    </>
  );
}

const words = {
  starting: "Airtable is being asked",
  watching: "It tells of changes",
  failing: "It does not work",
};

function factsOf(watch: Sync["watch"]): Fact[] {
  const state = { label: "At Airtable", value: words[watch?.state ?? "starting"] };
  if (!watch) return [state];
  const { problem, last_ping_at, ends_at } = watch;
  return [
    state,
    ...(problem ? [{ label: "Why", value: problem }] : []),
    { label: "Last told", value: last_ping_at ? formatMoment(last_ping_at) : "Nothing yet" },
    ...(ends_at ? [{ label: "Renewed before", value: formatMoment(ends_at) }] : []),
  ];
}
