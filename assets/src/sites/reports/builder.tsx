import { Link } from "@tanstack/react-router";
import { type ReactNode, useRef } from "react";
import { Button as AriaButton } from "react-aria-components";
import { changeSearch } from "../../ui/address";
import { IconButton } from "../../ui/button";
import { Menu } from "../../ui/menu";
import { FilterBar } from "../filters/bar";
import { type DimensionId, dimensionIds, dimensionOf, isTime } from "../filters/dimensions";
import { writeFilters } from "../filters/filters";
import type { Place } from "../filters/seen";
import { Reached } from "../goals/reached";
import { Segments } from "../segments/segments";
import { FigurePicker } from "./figure-picker";
import { isPreset, presets } from "./presets";
import { mostDimensions, type Wanted, writeDimensions } from "./search";
import { useShowReport } from "./show";

/** Reports that are one press away; days and filters stay as they are. */
export function Presets({ wanted }: { wanted: Wanted }) {
  return (
    <nav className="presets" aria-label="Reports">
      {presets.map((preset) => (
        <Link
          key={preset.label}
          from="/sites/$id/reports"
          to="."
          className="preset"
          aria-current={isPreset({ ...preset }, wanted) ? "true" : undefined}
          activeProps={{ "aria-current": undefined }}
          search={({ range, from, to, compare, filters, segment, goal }) =>
            changeSearch(
              {},
              {
                range,
                from,
                to,
                compare,
                filters,
                segment,
                goal,
                dimensions: preset.dimensions.join(","),
                metrics: preset.metrics.join(","),
              },
            )
          }
        >
          {preset.label}
        </Link>
      ))}
    </nav>
  );
}

interface BuilderProps {
  wanted: Wanted;
  place: Place;
}

/** What is told apart, what is counted, and which visits alone. */
export function Builder({ wanted, place }: BuilderProps) {
  const show = useShowReport();
  return (
    <div className="card builder">
      <Part title="By">
        <Dimensions dimensions={wanted.dimensions} />
      </Part>
      <Part title="Figures">
        <FigurePicker
          metrics={wanted.metrics}
          onApply={(metrics) => show({ metrics: metrics.join(",") })}
        />
      </Part>
      <Part title="Only">
        <FilterBar
          filters={wanted.filters}
          place={place}
          onChange={(filters) => show({ filters: writeFilters(filters) })}
        >
          <Segments
            siteId={place.siteId}
            chosen={wanted.segment}
            filters={wanted.filters}
            show={show}
          />
          <Reached siteId={place.siteId} chosen={wanted.goal} show={show} />
        </FilterBar>
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="builder-part">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What makes the rows, in its order: each can be let go of or put first. */
function Dimensions({ dimensions }: { dimensions: DimensionId[] }) {
  const show = useShowReport();
  const bar = useRef<HTMLElement>(null);
  const put = (next: DimensionId[]) => show({ dimensions: writeDimensions(next) });
  const rest = dimensionIds.filter((id) => !dimensions.includes(id));
  return (
    <section className="chips filter-bar" aria-label="Told apart by" tabIndex={-1} ref={bar}>
      {dimensions.map((id, at) => (
        <span className="chip" key={id}>
          {at === 0 ? (
            dimensionOf(id).label
          ) : (
            <AriaButton
              className="button plain"
              aria-label={`${dimensionOf(id).label}: put it first`}
              onPress={() => put([id, ...dimensions.filter((other) => other !== id)])}
            >
              {dimensionOf(id).label}
            </AriaButton>
          )}
          <IconButton
            label={`No longer by ${dimensionOf(id).label.toLowerCase()}`}
            icon="close"
            onPress={() => {
              put(dimensions.filter((other) => other !== id));
              // What was pressed goes; the keyboard stays here.
              bar.current?.focus();
            }}
          />
        </span>
      ))}
      {dimensions.length < mostDimensions && (
        <Menu
          label="Add"
          icon="plus"
          items={rest.map((id) => ({
            id,
            label: dimensionOf(id).label,
            onAction: () => put(isTime(id) ? [id, ...dimensions] : [...dimensions, id]),
          }))}
        />
      )}
    </section>
  );
}
