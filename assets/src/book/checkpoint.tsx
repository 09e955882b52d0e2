import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../api/client";
import type { Checkpoint } from "../api/types";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { formatCount, formatInstant } from "../ui/format";
import { Failure } from "../ui/notice";
import { saveFile } from "../ui/save";
import { SkeletonRows } from "../ui/skeleton";

/** Takes the book's signed word on how far it goes, to be kept elsewhere. */
export function CheckpointButton() {
  const [isOpen, setIsOpen] = useState(false);
  // Not read with the page: each time is an act of its own, and stands in the book.
  const take = useMutation({
    mutationFn: async () => {
      const { data } = await client.GET("/audit/checkpoint");
      return data as Checkpoint;
    },
  });
  const open = () => {
    setIsOpen(true);
    take.mutate();
  };
  return (
    <>
      <Button icon="key" onPress={open}>
        Take a checkpoint
      </Button>
      <Dialog title="Checkpoint" isOpen={isOpen} onClose={() => setIsOpen(false)}>
        <Failure error={take.error} onRetry={() => take.mutate()} />
        {take.isPending && <SkeletonRows rows={4} />}
        {take.data && <Taken checkpoint={take.data} />}
      </Dialog>
    </>
  );
}

function Taken({ checkpoint }: { checkpoint: Checkpoint }) {
  const { seq, time, hash, key, signature } = checkpoint;
  return (
    <>
      <p>
        The book is signed up to line {formatCount(seq)}, as of {formatInstant(time)}. Kept on
        another machine, this proves later that nothing was cut off:
      </p>
      <pre className="code-block sunk">
        weighbridge audit verify FOLDER --first-key KEY --checkpoint checkpoint.json
      </pre>
      <dl className="pairs hashes">
        <dt>Hash</dt>
        <dd>
          <code className="break">{hash}</code>
        </dd>
        <dt>Key</dt>
        <dd>
          <code className="break">{key}</code>
        </dd>
        <dt>Signature</dt>
        <dd>
          <code className="break">{signature}</code>
        </dd>
      </dl>
      <div className="actions end">
        <Button
          look="primary"
          icon="download"
          onPress={() =>
            saveFile("checkpoint.json", "application/json", `${JSON.stringify(checkpoint)}\n`)
          }
        >
          Download
        </Button>
      </div>
    </>
  );
}
