import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { $api, client } from "../api/client";
import { useRefresh } from "../api/queries";
import type { ListedSession } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";
import { formatAmount } from "../ui/format";
import { Loaded } from "../ui/loaded";
import { Failure } from "../ui/notice";
import { Panel } from "../ui/page";
import { Status } from "../ui/status";
import { type Column, Table, WaitingTable } from "../ui/table";
import { Ago } from "../ui/time";
import { describeAgent } from "./agent";

/** Where the user is signed in, and a way to end what is not theirs any more. */
export function Sessions() {
  const sessions = $api.useQuery("get", "/auth/sessions");
  const others = sessions.data?.items.filter(({ current }) => !current).length ?? 0;
  const end = useEnd();
  const columns = columnsFor(end.mutate, end.isPending);
  return (
    <Panel title="Where you are signed in" aside={others > 0 && <EndOthers count={others} />}>
      <Failure error={end.error} />
      <Loaded query={sessions} waiting={<WaitingTable columns={columns} rows={2} />}>
        {({ items }) => (
          <Table
            label="Sessions"
            columns={columns}
            rows={[...items].sort(byLastSeen)}
            rowId={({ id }) => id}
            isCards
          />
        )}
      </Loaded>
    </Panel>
  );
}

/** What somebody signed in with, in words. */
function placeOf({ through, user_agent }: ListedSession): string {
  const agent = describeAgent(user_agent);
  return through === "program" ? `${agent} (program)` : agent;
}

function byLastSeen(one: ListedSession, other: ListedSession): number {
  if (one.current !== other.current) return one.current ? -1 : 1;
  return other.last_seen_at.localeCompare(one.last_seen_at);
}

function useEnd() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ id }: ListedSession) =>
      client.DELETE("/auth/sessions/{id}", { params: { path: { id } } }),
    onSuccess: (_answer, session) => announce(`The session of ${placeOf(session)} has ended.`),
    onSettled: () => refresh("/auth/sessions"),
  });
}

function columnsFor(
  end: (session: ListedSession) => void,
  isBusy: boolean,
): Column<ListedSession>[] {
  return [
    {
      id: "agent",
      head: "Where",
      cell: (session) => <span title={session.user_agent}>{placeOf(session)}</span>,
    },
    { id: "ip", head: "Address", cell: ({ ip }) => (ip ? <code>{ip}</code> : "Not known") },
    { id: "began", head: "Signed in", cell: ({ created_at }) => <Ago time={created_at} /> },
    { id: "seen", head: "Last used", cell: ({ last_seen_at }) => <Ago time={last_seen_at} /> },
    { id: "ends", head: "Ends at the latest", cell: ({ expires_at }) => <Ago time={expires_at} /> },
    {
      id: "end",
      head: <span className="visually-hidden">End</span>,
      isFigure: true,
      cell: (session) =>
        session.current ? (
          <Status tone="good" icon="check" label="This one" />
        ) : (
          <Button
            look="plain"
            isDisabled={isBusy}
            aria-label={`End the session of ${placeOf(session)}`}
            onPress={() => end(session)}
          >
            End
          </Button>
        ),
    },
  ];
}

function EndOthers({ count }: { count: number }) {
  const [isAsking, setIsAsking] = useState(false);
  const refresh = useRefresh();
  const close = () => setIsAsking(false);
  const end = useMutation({
    mutationFn: () => client.DELETE("/auth/sessions"),
    onSuccess: async () => {
      close();
      announce("All other sessions have ended.");
      await refresh("/auth/sessions");
    },
  });
  return (
    <>
      <Button look="removal" onPress={() => setIsAsking(true)}>
        End all others
      </Button>
      <Confirm
        title="End all other sessions?"
        verb="End them"
        isOpen={isAsking}
        isBusy={end.isPending}
        error={end.error}
        onConfirm={() => end.mutate()}
        onClose={close}
      >
        <p>
          {formatAmount(count, "session")} {count === 1 ? "ends" : "end"} at once; whoever used it
          has to sign in again. This session and your tokens go on.
        </p>
      </Confirm>
    </>
  );
}
