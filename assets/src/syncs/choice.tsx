import type { ReactNode } from "react";
import { client } from "../api/client";
import { useGuarded } from "../api/guarded";
import { useRefresh } from "../api/queries";
import type { Sync } from "../api/types";
import { announce } from "../ui/announce";
import { SaveFailure } from "../ui/conflict";
import { Checkbox } from "../ui/fields";
import { readSync } from "./edit";

/** One of the two ways in which the setting can stand. */
interface Way {
  wish: Partial<Pick<Sync, "approval" | "full_every_hours" | "gone" | "resend_unknown">>;
  /** In a word, where two states of the sync are compared. */
  word: string;
  /** What is announced once it is saved. */
  saved: string;
}

interface ChoiceProps {
  sync: Sync;
  /** What is set, where two states of the sync are compared. */
  part: string;
  label: string;
  isTicked: (sync: Sync) => boolean;
  ticked: Way;
  unticked: Way;
  /** What follows from ticking the box. */
  children: ReactNode;
}

/** A setting of a sync that is saved as soon as its box is ticked or not. */
export function Choice(props: ChoiceProps) {
  const { sync, part, label, isTicked, ticked, unticked, children } = props;
  const refresh = useRefresh();
  const save = useGuarded({
    read: () => readSync(sync.id),
    write: ({ wish: body }: Way, tag) =>
      client.PATCH("/syncs/{id}", {
        params: { path: { id: sync.id }, header: { "If-Match": tag } },
        body,
      }),
    onSaved: (_saved, { saved }) => {
      announce(saved);
      return refresh("/syncs");
    },
  });
  const choose = (isOn: boolean) =>
    save.mutate({ wish: isOn ? ticked : unticked, version: sync.version });
  return (
    <div className="stack">
      <Checkbox isSelected={isTicked(sync)} isDisabled={save.isPending} onChange={choose}>
        {label}
      </Checkbox>
      <p className="quiet-value">{children}</p>
      <SaveFailure
        error={save.error}
        seen={sync}
        words={(one) => ({ [part]: (isTicked(one) ? ticked : unticked).word })}
        apply={(theirs, { wish }) => ({ ...theirs, ...wish })}
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
