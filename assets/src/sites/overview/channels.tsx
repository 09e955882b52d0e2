import type { SiteLine } from "../../api/types";
import { Panel } from "../../ui/page";
import type { Column } from "../../ui/table";
import { Lines } from "./breakdown";
import { channelView } from "./dimensions";
import { writeFigure } from "./figures";
import type { Shown } from "./shown";

/** Through what visits came: bars beside each other, each with its figures. */
export function Channels({ overview }: { overview: Shown }) {
  return (
    <Panel title="Channels">
      <div className="breakdown channels">
        <Lines view={channelView} overview={overview} bars={shareOf(overview)} />
      </div>
    </Panel>
  );
}

/** How much of all visits a channel has, as a bar and a figure. */
function shareOf({ totals, currency, channels }: Shown): Column<SiteLine> {
  const largest = channels?.lines[0]?.visits ?? 0;
  return {
    id: "share",
    head: "Share of visits",
    cell: ({ visits }) => (
      <span className="share">
        <svg
          className="share-bar"
          viewBox="0 0 100 1"
          preserveAspectRatio="none"
          aria-hidden="true"
          focusable="false"
        >
          <rect width={largest && (visits / largest) * 100} height="1" />
        </svg>
        {totals.visits > 0 && writeFigure(visits / totals.visits, "rate", currency)}
      </span>
    ),
  };
}
