import { useMutation } from "@tanstack/react-query";
import { client } from "../api/client";
import { useRefresh } from "../api/queries";
import { useMay } from "../api/session";
import type { Job } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Failure } from "../ui/notice";

/** What can be done with a job: its file fetched, or the job called off. */
export function JobActions({ job }: { job: Job }) {
  const needed = { plan: "sync:run", run: "sync:run", import: "dataset:write" } as const;
  const may = useMay(job.kind === "export" ? "dataset:read" : needed[job.kind]);
  const { content, cancel } = job.links;
  if (content) {
    return (
      <a className="button secondary" href={content} download={job.file_name}>
        <Icon name="download" />
        <span>Download</span>
      </a>
    );
  }
  return cancel && may ? <Cancel job={job} /> : null;
}

function Cancel({ job }: { job: Job }) {
  const refresh = useRefresh();
  const cancel = useMutation({
    mutationFn: () => callOff(job),
    onSuccess: () => announce("It is called off."),
    onSettled: () => refresh("/jobs", "/runs", "/syncs", "/plans", "/datasets"),
  });
  return (
    <>
      <Button icon="close" isDisabled={cancel.isPending} onPress={() => cancel.mutate()}>
        Cancel
      </Button>
      <Failure error={cancel.error} />
    </>
  );
}

function callOff({ id, kind, dataset_id: dataset = "" }: Job): Promise<unknown> {
  switch (kind) {
    case "plan":
    case "run":
      return client.POST("/runs/{id}/cancel", { params: { path: { id } } });
    case "import":
      return client.POST("/datasets/{id}/imports/{import}/cancel", {
        params: { path: { id: dataset, import: id } },
      });
    case "export":
      return client.POST("/datasets/{id}/exports/{export}/cancel", {
        params: { path: { id: dataset, export: id } },
      });
  }
}
