import { type ReactNode, useState } from "react";
import { client } from "../api/client";
import { useGuarded } from "../api/guarded";
import { useRefresh } from "../api/queries";
import type { Sync, SyncChange } from "../api/types";
import { Button } from "../ui/button";
import { SaveFailure } from "../ui/conflict";
import type { Words } from "../ui/differences";
import { Panel } from "../ui/page";

/** The sync as it is now. */
export async function readSync(id: string): Promise<Sync> {
  const { data } = await client.GET("/syncs/{id}", { params: { path: { id } } });
  return data as Sync;
}

/** Saves some of a sync, unless somebody has changed it since it was opened. */
export function useSaving<Wish extends SyncChange>({ id }: Sync, onSaved: (wish: Wish) => void) {
  const refresh = useRefresh();
  return useGuarded({
    read: () => readSync(id),
    write: (body: Wish, tag) =>
      client.PATCH("/syncs/{id}", {
        params: { path: { id }, header: { "If-Match": tag } },
        body,
      }),
    onSaved: (_saved, wish) => {
      onSaved(wish);
      return refresh("/syncs");
    },
  });
}

interface SavingFailureProps<Wish extends SyncChange> {
  sync: Sync;
  saving: ReturnType<typeof useSaving<Wish>>;
  /** What is saved, in words. */
  words: (sync: Sync) => Words;
}

/** Why it was not saved; where somebody was quicker, what differs, and both ways out. */
export function SavingFailure<Wish extends SyncChange & Partial<Sync>>({
  sync,
  saving,
  words,
}: SavingFailureProps<Wish>) {
  const refresh = useRefresh();
  return (
    <SaveFailure
      error={saving.error}
      seen={sync}
      words={words}
      apply={(theirs, wish: Wish) => ({ ...theirs, ...wish })}
      isBusy={saving.isPending}
      onReload={() => {
        saving.reset();
        void refresh("/syncs");
      }}
      onOverwrite={saving.mutate}
    />
  );
}

/** The end of a form that changes some of a sync. */
export function SaveOrLeave({ isBusy, onLeave }: { isBusy: boolean; onLeave: () => void }) {
  return (
    <div className="actions">
      <Button look="primary" type="submit" isDisabled={isBusy}>
        Save
      </Button>
      <Button onPress={onLeave}>Leave it as it was</Button>
    </div>
  );
}

interface ChangeableProps {
  title: string;
  /** The way to the form; whoever may not change it has none. */
  change: string | false;
  /** How it stands, in words. */
  children: ReactNode;
  form: (onDone: () => void) => ReactNode;
}

/** A part of a sync in words, and the way to a form that changes it. */
export function Changeable({ title, change, children, form }: ChangeableProps) {
  const [isEditing, setIsEditing] = useState(false);
  const edit = change && !isEditing && <Button onPress={() => setIsEditing(true)}>{change}</Button>;
  return (
    <Panel title={title} aside={edit}>
      {isEditing ? form(() => setIsEditing(false)) : <p>{children}</p>}
    </Panel>
  );
}
