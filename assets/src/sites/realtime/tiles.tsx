import type { RealTime } from "../../api/types";
import { formatCount } from "../../ui/format";
import { sumOf } from "./steps";

/** How much goes on, at a glance. */
export function NowTiles({ now }: { now: RealTime }) {
  const { visitors_5_minutes, visitors_30_minutes, minutes, hours } = now;
  const tiles = [
    { label: "Here now", value: visitors_5_minutes, about: "Visitors in the last 5 minutes." },
    { label: "Active", value: visitors_30_minutes, about: "Visitors in the last 30 minutes." },
    { label: "Page views", value: sumOf(minutes, "views"), about: "In the last 30 minutes." },
    { label: "Events", value: sumOf(minutes, "events"), about: "In the last 30 minutes." },
    {
      label: "Conversions",
      value: sumOf(hours, "conversions"),
      about: "Leads and purchases of the last 24 hours.",
    },
  ];
  return (
    <dl className="tiles">
      {tiles.map(({ label, value, about }) => (
        <div key={label} className="tile">
          <dt>{label}</dt>
          <dd className="tile-value">{formatCount(value)}</dd>
          <dd className="tile-about">{about}</dd>
        </div>
      ))}
    </dl>
  );
}
