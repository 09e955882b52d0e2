import { ChangedMeanwhile, type Guarded } from "../api/guarded";
import { Button } from "./button";
import { type Difference, differencesOf, type Words } from "./differences";
import { Failure, Notice } from "./notice";
import { type Column, Table } from "./table";

interface ConflictProps<Thing, Wish> {
  error: unknown;
  /** As it was when the form was begun. */
  seen: Thing;
  /** A thing in words, part by part. */
  words: (thing: Thing) => Words;
  /** What would stand if the wish were carried out upon theirs. */
  apply: (theirs: Thing, wish: Wish) => Thing;
  isBusy: boolean;
  /** The paths whose faults stand at the form's fields. */
  shown?: readonly string[];
  /** Drops the wish and shows theirs. */
  onReload: () => void;
  onOverwrite: (wish: Guarded<Wish>) => void;
}

/** Why a change failed; where somebody was quicker, what differs, and both ways out. */
export function SaveFailure<Thing extends { version: number }, Wish>(
  props: ConflictProps<Thing, Wish>,
) {
  const { error, seen, words, apply, isBusy, shown, onReload, onOverwrite } = props;
  if (!(error instanceof ChangedMeanwhile)) return <Failure error={error} shown={shown} />;
  const { theirs, wish }: ChangedMeanwhile<Thing, Wish> = error;
  const rows = differencesOf(words(seen), words(theirs), words(apply(theirs, wish)));
  return (
    <div className="stack">
      <Notice tone="bad" title="Changed meanwhile">
        <p>
          It was saved by somebody else, or in another window, after you opened it. Nothing of yours
          was saved yet, and nothing of theirs is lost.
        </p>
      </Notice>
      {rows.length > 0 && (
        <Table
          label="What differs"
          columns={columns}
          rows={rows}
          rowId={({ part }) => part}
          isCards
        />
      )}
      <div className="actions">
        <Button onPress={onReload}>Drop mine, show theirs</Button>
        <Button
          look="removal"
          isDisabled={isBusy}
          onPress={() => onOverwrite({ wish, version: theirs.version })}
        >
          Overwrite with mine
        </Button>
      </div>
    </div>
  );
}

const columns: Column<Difference>[] = [
  { id: "part", head: "Part", cell: ({ part }) => part },
  { id: "seen", head: "When you opened it", cell: ({ seen }) => <Value text={seen} /> },
  { id: "theirs", head: "Theirs, now", cell: ({ theirs }) => <Value text={theirs} /> },
  { id: "yours", head: "With yours", cell: ({ yours }) => <Value text={yours} /> },
];

function Value({ text }: { text: string | undefined }) {
  return text ? <span className="break">{text}</span> : <span className="quiet">Nothing</span>;
}
