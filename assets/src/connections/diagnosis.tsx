import { useMutation } from "@tanstack/react-query";
import { client } from "../api/client";
import { useRefresh } from "../api/queries";
import type { Diagnosis, DiagnosisCheck } from "../api/types";
import { Button } from "../ui/button";
import { Failure } from "../ui/notice";
import { Panel } from "../ui/page";
import { Status, type StatusWord } from "../ui/status";
import { type Column, Table } from "../ui/table";

/** Goes the way to the provider when asked, and shows each step of it. */
export function DiagnosisPanel({ id }: { id: string }) {
  const refresh = useRefresh();
  const look = useMutation({
    mutationFn: async () => {
      const path = { id };
      const { data } = await client.POST("/connections/{id}/diagnosis", { params: { path } });
      return data as Diagnosis;
    },
    onSettled: () => refresh("/connections"),
  });
  return (
    <Panel
      title="The way there"
      aside={
        <Button icon="search" isDisabled={look.isPending} onPress={() => look.mutate()}>
          {look.isPending ? "Looking…" : "Look at every step"}
        </Button>
      }
    >
      {!look.data && !look.error && (
        <p className="quiet">
          Name, connection, encryption, answer, clocks, token, what it allows, and quota: where
          something does not work, this finds the step.
        </p>
      )}
      <Failure error={look.error} />
      {look.data && (
        <Table
          label="Steps"
          columns={columns}
          rows={look.data.checks}
          rowId={({ name }) => name}
          isCards
        />
      )}
    </Panel>
  );
}

const columns: Column<DiagnosisCheck>[] = [
  { id: "step", head: "Step", cell: ({ name }) => stepName(name) },
  { id: "state", head: "State", cell: ({ verdict }) => <Status {...stepStatus(verdict)} /> },
  {
    id: "found",
    head: "Found",
    cell: ({ detail, remedy, took_ms }) => (
      <div>
        {detail}
        {took_ms !== undefined && `, in ${took_ms} ms`}
        {remedy && <p className="quiet">{remedy}</p>}
      </div>
    ),
  },
];

const names: Record<string, string> = {
  dns: "Name",
  tcp: "Connection",
  tls: "Encryption",
  http: "Answer",
  clock: "Clocks",
  credential: "Token",
  scopes: "Allowed",
  quota: "Quota",
};

/** What a step is about; one of a later version by its own word. */
export function stepName(name: string): string {
  return names[name] ?? name;
}

/** How a step came out, for the eye. */
export function stepStatus(verdict: DiagnosisCheck["verdict"]): StatusWord {
  switch (verdict) {
    case "ok":
      return { tone: "good", icon: "check", label: "In order" };
    case "not_checked":
      return { tone: "neutral", icon: "minus", label: "Not looked at" };
    case "attention":
      return { tone: "warn", icon: "warning", label: "Needs attention" };
    case "failed":
      return { tone: "bad", icon: "close", label: "Broken" };
  }
}
