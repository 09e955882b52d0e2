import { Link } from "@tanstack/react-router";
import type { Sync } from "../api/types";
import { wordsOf } from "../connections/providers";
import { type Fact, Facts } from "../ui/facts";
import { formatMoment } from "../ui/format";
import { Notice } from "../ui/notice";
import { Choice } from "./choice";

/** Whether the sync also runs when its provider tells that something has changed. */
export function WatchChoice({ sync }: { sync: Sync }) {
  const { name } = wordsOf(sync.connection.provider);
  return (
    <>
      <Choice
        sync={sync}
        part="Runs on changes"
        label={`Run when ${name} tells of a change`}
        isTicked={({ run_on_change }) => run_on_change === true}
        ticked={{
          wish: { run_on_change: true },
          word: "Yes",
          saved: `It runs when ${name} tells of a change.`,
        }}
        unticked={{
          wish: { run_on_change: false },
          word: "No",
          saved: `Changes at ${name} start no run.`,
        }}
      >
        {name} tells this appliance when something changes in {sync.base.name}, and a run reads it.
        Keep a schedule beside it: what {name} fails to tell, the next scheduled run finds.
      </Choice>
      {sync.run_on_change && sync.watch?.state === "unsubscribed" && (
        <Notice tone="warn" title={`${name} tells of nothing yet`}>
          <p>
            {name} wants that set up by hand. Until then this sync runs at its times alone. See{" "}
            <Link to="/connections/$id" params={{ id: sync.connection.id }}>
              Receive changes
            </Link>{" "}
            of the connection {sync.connection.name}.
          </p>
        </Notice>
      )}
      {sync.run_on_change && <Facts facts={factsOf(name, sync.watch)} />}
    </>
  );
}

const words = {
  unsubscribed: "Not set up",
  starting: "It is being asked",
  watching: "It tells of changes",
  failing: "It does not work",
};

function factsOf(name: string, watch: Sync["watch"]): Fact[] {
  const state = { label: `At ${name}`, value: words[watch?.state ?? "starting"] };
  if (!watch) return [state];
  const { problem, last_ping_at, ends_at } = watch;
  return [
    state,
    ...(problem ? [{ label: "Why", value: problem }] : []),
    { label: "Last told", value: last_ping_at ? formatMoment(last_ping_at) : "Nothing yet" },
    ...(ends_at ? [{ label: "Renewed before", value: formatMoment(ends_at) }] : []),
  ];
}
