import type { SiteAdvertising } from "../../api/types";
import { formatFigure } from "../../ui/format";
import { Ago } from "../../ui/time";
import { writeMoney } from "./figures";

interface TilesProps {
  advertising: SiteAdvertising;
  currency: string;
}

/** What advertising cost and brought; where the cost is not known, why not. */
export function AdvertisingTiles({ advertising, currency }: TilesProps) {
  const { cost, cost_per_conversion: each, return_on_spend: back } = advertising;
  const { unknown_because: why, known_at, other_time_zones: zones } = advertising;
  return (
    <section className="stack" aria-label="Advertising">
      {cost === undefined ? (
        <p>
          What advertising cost on these days is not known. {why} A cost is told only where that of
          every day is known.
        </p>
      ) : (
        <dl className="tiles few">
          <Tile label="Advertising cost" value={writeMoney(cost, currency)} />
          <Tile label="Cost by all conversions" value={each && writeMoney(each, currency)} />
          <Tile
            label="All revenue by cost"
            value={back === undefined ? undefined : formatFigure(back)}
          />
        </dl>
      )}
      <p className="quiet">
        {known_at && (
          <>
            As the provider told <Ago time={known_at} />.
          </>
        )}
        {zones.length > 0 &&
          ` Days of an ad account begin by the clocks of ${zones.join(", ")}, not by the site’s.`}
      </p>
    </section>
  );
}

function Tile({ label, value }: { label: string; value: string | undefined }) {
  return (
    <div className="tile">
      <dt>{label}</dt>
      <dd className="tile-value">
        {value ?? (
          <span className="quiet-value">
            –<span className="visually-hidden">None: there was nothing to divide by.</span>
          </span>
        )}
      </dd>
    </div>
  );
}
