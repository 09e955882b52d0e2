import { useMutation } from "@tanstack/react-query";
import { client } from "../api/client";
import { tagOf } from "../api/guarded";
import { useRefresh } from "../api/queries";
import type { Sync } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Select } from "../ui/fields";
import { formatMoment } from "../ui/format";
import { Failure, Notice } from "../ui/notice";
import { SavingFailure, useSaving } from "./saving";

type Drift = Sync["drift"];

const policies: { value: Drift; label: string; note: string }[] = [
  {
    value: "pause",
    label: "Stop and wait for me",
    note: "Runs fail and the schedule rests until you have looked.",
  },
  {
    value: "propose",
    label: "Go on and propose a mapping",
    note: "What is lost is left out. A changed mapping waits for you.",
  },
  {
    value: "apply",
    label: "Change the mapping by itself",
    note: "The next run takes out what is lost, and maps new fields of the same name.",
  },
  {
    value: "ignore",
    label: "Go on and propose nothing",
    note: "What is lost is left out.",
  },
];

const labelOf = (drift: Drift) => policies.find(({ value }) => value === drift)?.label ?? drift;

/** What becomes of the sync when the fields of its remote table change. */
export function DriftChoice({ sync }: { sync: Sync }) {
  const saving = useSaving<Pick<Sync, "drift">>(sync, () =>
    announce("It is saved what becomes of the sync when fields change there."),
  );
  return (
    <div className="stack">
      <Select
        label="When mapped fields are lost there, or others are new"
        help="Without the field that holds the key, it always stops."
        options={policies}
        value={sync.drift}
        isDisabled={saving.isPending}
        onChange={(drift) => saving.mutate({ wish: { drift }, version: sync.version })}
      />
      <SavingFailure
        sync={sync}
        saving={saving}
        words={({ drift }) => ({ "When fields change": labelOf(drift) })}
      />
    </div>
  );
}

/** How the mapping and the table have grown apart, and the way to bring them together. */
export function DriftNotice({ sync, mayWrite }: { sync: Sync; mayWrite: boolean }) {
  const refresh = useRefresh();
  const accept = useMutation({
    mutationFn: () => {
      const header = { "If-Match": tagOf(sync.version) };
      const params = { path: { id: sync.id }, header };
      return client.POST("/syncs/{id}/drift/accept", { params });
    },
    onSuccess: async () => {
      announce("The mapping is changed.");
      await refresh("/syncs");
    },
  });
  const { drifted } = sync;
  if (!drifted) return null;
  const { since, key_lost, lost, offers, stops, schedule_rests } = drifted;
  const title = stops
    ? `It has stopped: the fields of ${sync.table.name} have changed`
    : `The fields of ${sync.table.name} have changed`;
  return (
    <Notice tone={stops ? "bad" : "warn"} title={title}>
      <p>
        Found by the run of {formatMoment(since)}.
        {schedule_rests && " The schedule rests until this is settled."}
        {!stops && lost.length > 0 && " Runs go on without what is lost."}
      </p>
      <ul>
        {key_lost && <li>The key: {key_lost}. Choose another key in the mapping below.</li>}
        {lost.map(({ field, remote_field_name, reason }) => (
          <li key={field}>
            {field} is lost: it belonged to {remote_field_name} ({reason}).
          </li>
        ))}
        {offers.map(({ field, remote_field_name }) => (
          <li key={field}>
            {field} could belong to {remote_field_name}, which is new.
          </li>
        ))}
      </ul>
      {mayWrite && !key_lost && (
        <Button isDisabled={accept.isPending} onPress={() => accept.mutate()}>
          {offers.length > 0 ? "Change the mapping so" : "Take out what is lost"}
        </Button>
      )}
      <Failure error={accept.error} />
    </Notice>
  );
}
