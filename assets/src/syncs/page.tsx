import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { $api, client } from "../api/client";
import { tagOf } from "../api/guarded";
import { useOnce } from "../api/once";
import { useAtOnce } from "../api/optimistic";
import { refreshIn, useRefresh } from "../api/queries";
import { useMay } from "../api/session";
import type { Run, Sync, SyncFailing } from "../api/types";
import { BookLink } from "../book/link";
import { ConflictsWaiting } from "../conflicts/panel";
import { wordsOf } from "../connections/providers";
import { hasEnded } from "../runs/state";
import { RunTable, runColumns } from "../runs/table";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Deletion } from "../ui/deletion";
import { Empty } from "../ui/empty";
import { formatCount, formatMoment } from "../ui/format";
import { Loaded } from "../ui/loaded";
import { Failure, Notice } from "../ui/notice";
import { Panel } from "../ui/page";
import { Pinned } from "../ui/pinned";
import { Rename } from "../ui/rename";
import { type Column, Table, WaitingTable } from "../ui/table";
import { ThingPage } from "../ui/thing-page";
import { ApprovalChoice } from "./approval";
import { DeletesPanel } from "./deletes-choice";
import { DriftChoice, DriftNotice } from "./drift";
import { EditMapping } from "./edit";
import { FollowPanel } from "./follow";
import { GonePanel } from "./gone";
import { DeadLetters } from "./letters/panel";
import { MeetingPanel } from "./meeting-choice";
import { PlanNow, Plans } from "./plan-now";
import { PriorityChoice } from "./priority";
import { QuarantinePanel } from "./quarantine";
import { ResendChoice } from "./resend";
import { readSync } from "./saving";
import { SchedulePanel } from "./schedule/panel";
import { ScopePanel } from "./scope-choice";
import { WatchChoice } from "./watch";

const route = getRouteApi("/signed-in/syncs/$id");
const refetchMs = 30_000;

export function SyncPage() {
  const { id } = route.useParams();
  const sync = $api.useQuery(
    "get",
    "/syncs/{id}",
    { params: { path: { id } } },
    { refetchInterval: refetchMs },
  );
  const mayWrite = useMay("sync:write");
  const mayRun = useMay("sync:run");
  return (
    <ThingPage
      query={sync}
      crumbs={[{ label: "Syncs", to: "/syncs" }]}
      titleOf={({ name }) => name}
      lead={(found) => <Lead sync={found} />}
      actions={(found) =>
        mayRun && (
          <>
            <PlanNow sync={found} />
            {found.approval === "never" && <RunNow sync={found} />}
          </>
        )
      }
    >
      {(found) => (
        <>
          {!found.dataset.available && <Unavailable dataset={found.dataset.name} />}
          {found.failing && <Failing failing={found.failing} />}
          <DriftNotice sync={found} mayWrite={mayWrite} />
          <ConflictsWaiting sync={found} />
          <Panel
            title="Last runs"
            aside={
              <Link to="/runs" search={{ sync: found.id }}>
                All its runs
              </Link>
            }
          >
            <Runs syncId={found.id} />
          </Panel>
          <SchedulePanel sync={found} mayRun={mayRun} />
          <Plans sync={found} />
          <DeadLetters sync={found} mayWrite={mayRun} />
          {found.direction === "two_way" && <MeetingPanel sync={found} mayWrite={mayWrite} />}
          {found.direction !== "pull" && <ScopePanel sync={found} mayWrite={mayWrite} />}
          {found.direction !== "pull" && <DeletesPanel sync={found} mayWrite={mayWrite} />}
          {found.direction !== "push" && <GonePanel sync={found} mayWrite={mayWrite} />}
          <QuarantinePanel sync={found} mayWrite={mayWrite} />
          {found.direction === "pull" && <FollowPanel sync={found} mayWrite={mayWrite} />}
          <MappingPanel sync={found} mayWrite={mayWrite} />
          {mayWrite && <Settings sync={found} />}
        </>
      )}
    </ThingPage>
  );
}

function Unavailable({ dataset }: { dataset: string }) {
  return (
    <Notice tone="warn" title={`${dataset} is out of reach`}>
      <p>
        Its owner does not share it with you any more so that you could use it, or has deleted it.
        This sync does nothing until they share it again.
      </p>
    </Notice>
  );
}

function Failing({ failing: { since, failures, last } }: { failing: SyncFailing }) {
  return (
    <Notice tone="bad" title={`It has failed ${formatCount(failures)} times in a row`}>
      <p>
        Since {formatMoment(since)} no run came through. The last one failed with: {last.message}
      </p>
    </Notice>
  );
}

const leadWords = { push: "goes to", pull: "comes from", two_way: "meets" };

function Lead({ sync: { id, direction, dataset, connection, base, table } }: { sync: Sync }) {
  return (
    <>
      <span>
        <Link to="/datasets/$id" params={{ id: dataset.id }}>
          {dataset.name}
        </Link>{" "}
        {leadWords[direction]} {base.name} / {table.name} by{" "}
        <Link to="/connections/$id" params={{ id: connection.id }}>
          {connection.name}
        </Link>
      </span>
      <BookLink id={id} />
    </>
  );
}

function RunNow({ sync }: { sync: Sync }) {
  const navigate = useNavigate();
  const refresh = useRefresh();
  const once = useOnce();
  const start = useMutation({
    mutationFn: async () => {
      const params = { path: { id: sync.id }, header: once(sync.id) };
      const { data } = await client.POST("/syncs/{id}/runs", { params });
      return data as Run;
    },
    onSuccess: async ({ id }) => {
      await refresh("/syncs", "/runs", "/system");
      await navigate({ to: "/runs/$id", params: { id } });
    },
  });
  return (
    <>
      <Button
        look="primary"
        icon="play"
        isDisabled={start.isPending}
        onPress={() => start.mutate()}
      >
        Run now
      </Button>
      <Failure error={start.error} />
    </>
  );
}

function Runs({ syncId }: { syncId: string }) {
  const runs = $api.useQuery(
    "get",
    "/runs",
    { params: { query: { sync_id: syncId, limit: 20 } } },
    {
      refetchInterval: ({ state }) =>
        state.data?.items.some((run) => !hasEnded(run)) ? 2_000 : 30_000,
    },
  );
  useSyncsAfter(runs.data?.items.some((run) => !hasEnded(run)) ?? false);
  return (
    <Loaded query={runs} waiting={<WaitingTable columns={runColumns} rows={3} />}>
      {({ items }) =>
        items.length > 0 ? (
          <RunTable label="Runs of this sync" runs={items} />
        ) : (
          <Empty icon="run" title="It has not run yet">
            <p>
              The first run meets records by their key, and writes what differs. You can watch it.
            </p>
          </Empty>
        )
      }
    </Loaded>
  );
}

/** What runs leave with their sync, such as dead letters, is read anew once none is under way. */
function useSyncsAfter(isBusy: boolean): void {
  const queries = useQueryClient();
  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && !isBusy) void refreshIn(queries, "/syncs");
    wasBusy.current = isBusy;
  }, [isBusy, queries]);
}

const columns: Column<Sync["mapping"][number]>[] = [
  { id: "field", head: "Field here", cell: ({ field }) => field },
  { id: "remote", head: "Field there", cell: (pair) => pair.remote_field_name },
  { id: "type", head: "Type there", cell: (pair) => <code>{pair.remote_type}</code> },
];
const ways = { both: "Both ways", push: "From here", pull: "From there" };
const bothColumns: typeof columns = [
  ...columns,
  {
    id: "way",
    head: "Direction",
    cell: ({ direction }) => direction && ways[direction],
  },
];

function MappingPanel({ sync, mayWrite }: { sync: Sync; mayWrite: boolean }) {
  const provider = wordsOf(sync.connection.provider).name;
  const { edit: isEditing } = route.useSearch();
  const navigate = route.useNavigate();
  const setIsEditing = (edit: boolean) =>
    navigate({ search: edit ? { edit } : {}, resetScroll: false });
  const edit = mayWrite && !isEditing && <Button onPress={() => setIsEditing(true)}>Edit</Button>;
  return (
    <Panel title="What goes where" aside={edit}>
      {isEditing ? (
        <Pinned thing={sync}>
          {(seen, { hold, release }) => (
            <EditMapping
              sync={seen}
              onFocus={hold}
              onReload={release}
              onDone={() => setIsEditing(false)}
            />
          )}
        </Pinned>
      ) : (
        <>
          <Table
            label="Mapping"
            columns={sync.direction === "two_way" ? bothColumns : columns}
            rows={sync.mapping}
            rowId={({ field }) => field}
            isCards
          />
          <p className="quiet">
            {sync.direction === "pull"
              ? "Edits here to these fields are written over by the next run."
              : sync.resend_unknown
                ? "Values go as they are, with the delivery’s id and what has changed."
                : sync.typecast
                  ? `Texts are converted, and choices added that ${provider} does not know.`
                  : `Values that ${provider} does not take as they are, are refused.`}
          </p>
        </>
      )}
    </Panel>
  );
}

function Settings({ sync }: { sync: Sync }) {
  const refresh = useRefresh();
  const navigate = useNavigate();
  const params = { path: { id: sync.id } };
  const show = useAtOnce<Sync>($api.queryOptions("get", "/syncs/{id}", { params }).queryKey);
  return (
    <Panel title="Settings">
      <div className="matters">
        <Rename
          thing={sync}
          showAtOnce={show}
          read={() => readSync(sync.id)}
          write={(body, tag) => {
            const header = { "If-Match": tag };
            return client.PATCH("/syncs/{id}", { params: { ...params, header }, body });
          }}
          refresh={() => refresh("/syncs", "/runs")}
        />
        <ApprovalChoice sync={sync} />
        {sync.direction !== "push" && sync.connection.provider !== "zapier" && (
          <WatchChoice sync={sync} />
        )}
        <DriftChoice sync={sync} />
        <PriorityChoice sync={sync} />
        {sync.resend_unknown && <ResendChoice sync={sync} />}
        <Deletion
          noun="sync"
          name={sync.name}
          loss={
            <p>
              Its runs and what it remembers of each record are deleted here. The records stay, in{" "}
              {sync.dataset.name} and in {sync.table.name}.
            </p>
          }
          readDependents={async () => []}
          remove={() => {
            const header = { "If-Match": tagOf(sync.version) };
            return client.DELETE("/syncs/{id}", { params: { ...params, header } });
          }}
          onDeleted={async () => {
            announce(`${sync.name} is deleted.`);
            await navigate({ to: "/syncs" });
            await refresh("/syncs", "/runs", "/system");
          }}
        />
      </div>
    </Panel>
  );
}
