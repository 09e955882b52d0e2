import { Select } from "../../ui/fields";
import {
  type AttributionSearch,
  byOptions,
  figureOptions,
  goalOptions,
  halfLifeOptions,
  lookbackOptions,
  usualHalfLife,
  usualLookback,
} from "./search";
import type { useShowAttribution } from "./show";

interface ChoicesProps {
  search: AttributionSearch;
  show: ReturnType<typeof useShowAttribution>;
}

/** What is divided among what, and how far back. */
export function Choices({ search, show }: ChoicesProps) {
  return (
    <div className="toolbar">
      <Select
        label="What visits are told apart by"
        hideLabel
        options={byOptions}
        value={search.by ?? "channel"}
        onChange={(by) => show({ by: by === "channel" ? undefined : by })}
      />
      <Select
        label="Figure that is divided"
        hideLabel
        options={figureOptions}
        value={search.figure ?? "conversions"}
        onChange={(figure) => show({ figure: figure === "conversions" ? undefined : figure })}
      />
      <Select
        label="Which conversions"
        hideLabel
        options={goalOptions}
        value={search.goal ?? "all"}
        onChange={(goal) => show({ goal: goal === "all" ? undefined : goal })}
      />
      <Select
        label="How far back visits count"
        hideLabel
        options={lookbackOptions}
        value={search.lookback ?? usualLookback}
        onChange={(lookback) =>
          show({ lookback: lookback === usualLookback ? undefined : lookback })
        }
      />
      <Select
        label="Half-life, for time decay"
        hideLabel
        options={halfLifeOptions}
        value={search.half_life ?? usualHalfLife}
        onChange={(half_life) =>
          show({ half_life: half_life === usualHalfLife ? undefined : half_life })
        }
      />
    </div>
  );
}
