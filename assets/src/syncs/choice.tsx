import type { ReactNode } from "react";
import type { Sync } from "../api/types";
import { announce } from "../ui/announce";
import { Checkbox } from "../ui/fields";
import { SavingFailure, useSaving } from "./saving";

type Wish = Partial<Pick<Sync, "approval" | "resend_unknown" | "run_on_change">>;

/** One of the two ways in which the setting can stand. */
interface Way {
  wish: Wish;
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
  const saving = useSaving<Wish>(sync, (wish) =>
    announce((isTicked({ ...sync, ...wish }) ? ticked : unticked).saved),
  );
  const choose = (isOn: boolean) =>
    saving.mutate({ wish: (isOn ? ticked : unticked).wish, version: sync.version });
  return (
    <div className="stack">
      <Checkbox isSelected={isTicked(sync)} isDisabled={saving.isPending} onChange={choose}>
        {label}
      </Checkbox>
      <p className="quiet-value">{children}</p>
      <SavingFailure
        sync={sync}
        saving={saving}
        words={(one) => ({ [part]: (isTicked(one) ? ticked : unticked).word })}
      />
    </div>
  );
}
