import type { Job } from "../api/types";
import { formatCount } from "../ui/format";
import type { IconName } from "../ui/icon";
import type { StatusWord } from "../ui/status";

/** What a kind of job is called, and its sign. */
export const kindWords: Record<Job["kind"], { label: string; icon: IconName }> = {
  plan: { label: "Plan", icon: "search" },
  run: { label: "Run", icon: "run" },
  import: { label: "Import", icon: "upload" },
  export: { label: "Export", icon: "download" },
};

/** A job's state for the eye. */
export function jobStatus({ state, refused = 0 }: Pick<Job, "state" | "refused">): StatusWord {
  switch (state) {
    case "queued":
      return { tone: "neutral", icon: "clock", label: "Queued" };
    case "running":
      return { tone: "busy", icon: "run", label: "Running" };
    case "failed":
      return { tone: "bad", icon: "close", label: "Failed" };
    case "cancelled":
      return { tone: "neutral", icon: "minus", label: "Cancelled" };
    case "done":
      return refused > 0
        ? { tone: "warn", icon: "warning", label: "Done, with refusals" }
        : { tone: "good", icon: "check", label: "Done" };
  }
}

/** Whether nothing more will happen to it. */
export function hasEnded({ state }: Pick<Job, "state">): boolean {
  return state !== "queued" && state !== "running";
}

/** How far it is, in figures. */
export function progressOf({ records, total }: Pick<Job, "records" | "total">): string {
  return total === undefined
    ? formatCount(records)
    : `${formatCount(records)} of ${formatCount(total)}`;
}

/** Where the console tells more of it. */
export function placeOf(job: Job): string | undefined {
  if (job.kind === "plan" && job.plan_id) return `/plans/${job.plan_id}`;
  if (job.kind === "plan" || job.kind === "run") return `/runs/${job.id}`;
  if (job.dataset_id === undefined || job.about === undefined) return undefined;
  return job.kind === "import"
    ? `/datasets/${job.dataset_id}/imports?report=${job.id}`
    : `/datasets/${job.dataset_id}`;
}
