import { client } from "../api/client";
import { useGuarded } from "../api/guarded";
import { useRefresh } from "../api/queries";
import type { Sync } from "../api/types";
import { announce } from "../ui/announce";
import { SaveFailure } from "../ui/conflict";
import { Checkbox } from "../ui/fields";
import { readSync } from "./edit";

type Wish = Pick<Sync, "approval">;

/** Whether runs of the sync need a plan that somebody has approved. */
export function ApprovalChoice({ sync }: { sync: Sync }) {
  const refresh = useRefresh();
  const save = useGuarded({
    read: () => readSync(sync.id),
    write: (body: Wish, tag) =>
      client.PATCH("/syncs/{id}", {
        params: { path: { id: sync.id }, header: { "If-Match": tag } },
        body,
      }),
    onSaved: (_saved, { approval }) => {
      announce(
        approval === "always" ? "Runs need an approved plan now." : "Runs need no plan any more.",
      );
      return refresh("/syncs");
    },
  });
  const choose = (isNeeded: boolean) =>
    save.mutate({ wish: { approval: isNeeded ? "always" : "never" }, version: sync.version });
  return (
    <div className="stack">
      <Checkbox
        isSelected={sync.approval === "always"}
        isDisabled={save.isPending}
        onChange={choose}
      >
        Runs need a plan that somebody has approved
      </Checkbox>
      <p className="quiet-value">
        Then nothing is written there that nobody has seen before. Plans can be made either way.
      </p>
      <SaveFailure
        error={save.error}
        seen={sync}
        words={({ approval }) => ({ Approval: approval === "always" ? "Needed" : "Not needed" })}
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
