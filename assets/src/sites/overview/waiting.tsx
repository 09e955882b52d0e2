import { SkeletonRows } from "../../ui/skeleton";

/** Holds the room of the figures while they are read for the first time. */
export function OverviewWaiting() {
  return (
    <div className="report">
      <div className="tiles waiting" role="status" aria-label="Loading" />
      <div className="card trend waiting" />
      <SkeletonRows rows={8} />
    </div>
  );
}
