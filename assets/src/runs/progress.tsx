import type { Run } from "../api/types";
import { formatCount, formatDuration, formatFigure } from "../ui/format";
import { Progress } from "../ui/progress";
import { settledOf } from "./counts";

interface RunProgressProps {
  run: Run;
  activity: string;
}

/** How far a run is, how fast, and for how long yet. */
export function RunProgress({ run, activity }: RunProgressProps) {
  const { total, rate_per_second: rate, remaining_seconds: remaining } = run;
  const settled = settledOf(run.counts);
  const isCounting = total !== undefined && run.phase !== "reading";
  return (
    <div className="stack">
      <div className="between">
        <h2>{activity}</h2>
        <p>
          {isCounting
            ? `${formatCount(settled)} of ${formatCount(total)}`
            : `${formatCount(run.counts.read)} read`}
        </p>
      </div>
      <Progress
        label="Progress of the run"
        value={isCounting ? settled : undefined}
        max={total ?? 1}
      />
      <p className="quiet">
        {rate !== undefined && `${formatFigure(rate)} records a second. `}
        {remaining !== undefined && `About ${formatDuration(remaining)} more. `}
        You may leave this page; the run goes on.
      </p>
    </div>
  );
}
