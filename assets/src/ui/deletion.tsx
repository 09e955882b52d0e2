import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Dependent } from "../api/types";
import { Button } from "./button";
import { Confirm } from "./dialog";
import { Failure } from "./notice";
import { SkeletonRows } from "./skeleton";

interface DeletionProps {
  /** What is deleted: "dataset". */
  noun: string;
  name: string;
  /** What goes with it in any case. */
  loss: ReactNode;
  /** Reads what leans on it and would be deleted too. */
  readDependents: () => Promise<Dependent[]>;
  remove: () => Promise<unknown>;
  onDeleted: () => void;
}

/** Deletes a thing and all that leans on it, after naming every one. */
export function Deletion({ noun, name, loss, readDependents, remove, onDeleted }: DeletionProps) {
  const [isAsking, setIsAsking] = useState(false);
  const look = useMutation({ mutationFn: readDependents });
  const act = useMutation({ mutationFn: remove, onSuccess: onDeleted });
  const ask = () => {
    look.mutate();
    setIsAsking(true);
  };
  return (
    <>
      <div className="between">
        <p className="quiet-value">Takes {name} away, after you have seen what goes with it.</p>
        <Button look="removal" icon="trash" onPress={ask}>
          Delete {noun}
        </Button>
      </div>
      <Confirm
        title={`Delete ${name}?`}
        verb={`Delete ${noun}`}
        isOpen={isAsking}
        isBusy={!look.isSuccess || act.isPending}
        error={act.error}
        onConfirm={() => act.mutate()}
        onClose={() => setIsAsking(false)}
      >
        {loss}
        {look.isPending && <SkeletonRows rows={1} />}
        <Failure error={look.error} onRetry={() => look.mutate()} />
        {look.data && look.data.length > 0 && <Dependents dependents={look.data} />}
      </Confirm>
    </>
  );
}

/** What depends on a thing, where the API's own word is none of everyday language. */
const kinds: Record<string, string> = { dataset_share: "the share of" };

function Dependents({ dependents }: { dependents: readonly Dependent[] }) {
  return (
    <div>
      <p>These lean on it and are deleted too:</p>
      <ul>
        {dependents.map(({ kind, id, name }) => (
          <li key={id}>
            {kinds[kind] ?? kind} <strong>{name}</strong>
          </li>
        ))}
      </ul>
    </div>
  );
}
