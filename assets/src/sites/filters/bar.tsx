import { type ReactNode, useRef } from "react";
import { Button as AriaButton } from "react-aria-components";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Opener } from "../../ui/opener";
import type { DimensionId } from "./dimensions";
import { FilterEditor } from "./editor";
import { type Filter, filterWords, mostFilters } from "./filters";
import type { Place } from "./seen";

interface FilterBarProps {
  filters: readonly Filter[];
  place: Place;
  onChange: (filters: Filter[]) => void;
  label?: string;
  /** What they may be about, if not everything. */
  of?: readonly DimensionId[];
  /** There are no more of them. */
  most?: number;
  /** What stands before them: the segment. */
  children?: ReactNode;
}

/** What narrows the figures: each can be changed and let go of, and one more added. */
export function FilterBar(props: FilterBarProps) {
  const { filters, place, onChange, label = "Filters", of, most = mostFilters, children } = props;
  const put = (at: number, filter: Filter) => onChange(filters.toSpliced(at, 1, filter));
  const bar = useRef<HTMLElement>(null);
  const remove = (rest: Filter[]) => {
    onChange(rest);
    // What was pressed goes, and the keyboard with it. A page may have several bars: it stays at this one.
    bar.current?.focus({ preventScroll: true });
  };
  return (
    <section className="chips filter-bar" aria-label={label} tabIndex={-1} ref={bar} data-filters>
      {children}
      {filters.map((filter, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: one that is changed stays where it is, and the keyboard with it
        <span className="chip" key={at}>
          <Edit
            filter={filter}
            place={place}
            of={of}
            title="Change the filter"
            onApply={(next) => put(at, next)}
          >
            {filterWords(filter)}
          </Edit>
          <IconButton
            label={`Remove the filter ${filterWords(filter)}`}
            icon="close"
            onPress={() => remove(filters.toSpliced(at, 1))}
          />
        </span>
      ))}
      {filters.length < most && (
        <Edit
          place={place}
          of={of}
          title="Add a filter"
          onApply={(filter) => put(filters.length, filter)}
        >
          <Icon name="plus" />
          <span>Add a filter</span>
        </Edit>
      )}
      {filters.length > 1 && (
        <AriaButton className="button plain" onPress={() => remove([])}>
          Remove all
        </AriaButton>
      )}
    </section>
  );
}

interface EditProps {
  filter?: Filter;
  place: Place;
  of: readonly DimensionId[] | undefined;
  title: string;
  onApply: (filter: Filter) => void;
  children: ReactNode;
}

/** A button that opens one filter. */
function Edit({ filter, place, of, title, onApply, children }: EditProps) {
  return (
    <Opener label={children} title={title}>
      {(close) => (
        <FilterEditor
          filter={filter}
          place={place}
          of={of}
          onApply={(next) => {
            close();
            onApply(next);
          }}
        />
      )}
    </Opener>
  );
}
