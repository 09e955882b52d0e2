import { client } from "../api/client";
import { useGuarded } from "../api/guarded";
import { useRefresh } from "../api/queries";
import type { Sync } from "../api/types";
import { announce } from "../ui/announce";
import { SaveFailure } from "../ui/conflict";
import { Checkbox } from "../ui/fields";
import { formatAmount } from "../ui/format";
import { readSync } from "./edit";

type Wish = Pick<Sync, "gone">;

/** What a pull does with records here that are gone there. */
export function GoneChoice({ sync }: { sync: Sync }) {
  const refresh = useRefresh();
  const save = useGuarded({
    read: () => readSync(sync.id),
    write: (body: Wish, tag) =>
      client.PATCH("/syncs/{id}", {
        params: { path: { id: sync.id }, header: { "If-Match": tag } },
        body,
      }),
    onSaved: (_saved, { gone }) => {
      announce(
        gone === "delete" ? "What is gone there is deleted here." : "Nothing is deleted here.",
      );
      return refresh("/syncs");
    },
  });
  const choose = (deletes: boolean) =>
    save.mutate({ wish: { gone: deletes ? "delete" : "keep" }, version: sync.version });
  return (
    <div className="stack">
      <Checkbox isSelected={sync.gone === "delete"} isDisabled={save.isPending} onChange={choose}>
        Delete here what this sync has brought and what is gone there
      </Checkbox>
      <p className="quiet-value">
        What somebody has changed here stays. More than{" "}
        {formatAmount(sync.gone_most ?? 0, "record")}, or {sync.gone_percent} % of all, go by an
        approved plan alone; an empty table deletes nothing.
      </p>
      <SaveFailure
        error={save.error}
        seen={sync}
        words={({ gone }) => ({ "What is gone there": gone === "delete" ? "Deleted" : "Kept" })}
        apply={(theirs, wish) => ({ ...theirs, ...wish })}
        isBusy={save.isPending}
        onReload={() => {
          save.reset();
          void refresh("/syncs");
        }}
        onOverwrite={save.mutate}
      />
    </div>
  );
}
