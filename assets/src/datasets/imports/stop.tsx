import { useMutation } from "@tanstack/react-query";
import { client } from "../../api/client";
import { useRefresh } from "../../api/queries";
import { useMay } from "../../api/session";
import type { Import } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/notice";

interface StopProps {
  datasetId: string;
  running: Import;
}

/** Calls an import off, wherever its file comes from; once all of it was accepted nothing does. */
export function StopImport({ datasetId, running }: StopProps) {
  const refresh = useRefresh();
  const mayWrite = useMay("dataset:write");
  const stop = useMutation({
    mutationFn: () =>
      client.POST("/datasets/{id}/imports/{import}/cancel", {
        params: { path: { id: datasetId, import: running.id } },
      }),
    onSuccess: () => announce("The import was called off."),
    onSettled: () => refresh("/datasets", "/jobs"),
  });
  if (!mayWrite || running.phase === "writing") return null;
  return (
    <>
      <div className="actions">
        <Button icon="close" isDisabled={stop.isPending} onPress={() => stop.mutate()}>
          Cancel the import
        </Button>
      </div>
      <Failure error={stop.error} />
    </>
  );
}
