import { lazy, Suspense, useState } from "react";
import { Button, DialogTrigger, ListBox, ListBoxItem, Popover } from "react-aria-components";
import type { Site } from "../../api/types";
import type { Day } from "../../calendar/days";
import { Icon } from "../../ui/icon";
import { type Preset, presets, type Range, rangeName, rangeWords, usualPreset } from "./range";
import type { RangeSearch } from "./range-search";

// Large, and not needed before somebody asks for it.
const DayPicker = lazy(async () => ({ default: (await import("./day-picker")).DayPicker }));

type Choice = Pick<RangeSearch, "range" | "from" | "to">;

interface RangePickerProps {
  search: RangeSearch;
  /** The days that it means. */
  range: Range;
  today: Day;
  weekStart: Site["week_start"];
  onChange: (choice: { [Part in keyof Choice]: Choice[Part] | undefined }) => void;
}

/** Which days: one of the usual spans, or any from a calendar. */
export function RangePicker({ search, range, today, weekStart, onChange }: RangePickerProps) {
  const [isOpen, setIsOpen] = useState(false);
  const choose = (choice: Choice) => {
    setIsOpen(false);
    onChange({ range: undefined, from: undefined, to: undefined, ...choice });
  };
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <Button className="button secondary range-button">
        <Icon name="calendar" />
        <span>
          {rangeName(search)} <span className="range-days">{rangeWords(range)}</span>
        </span>
        <Icon name="chevronDown" />
      </Button>
      <Popover className="popover range-popover" placement="bottom start" aria-label="Which days">
        <div className="range-picker">
          <Presets
            chosen={search.from ? undefined : (search.range ?? usualPreset)}
            onChoose={(id) => choose({ range: id })}
          />
          <Suspense fallback={<div className="days" />}>
            <DayPicker range={range} today={today} weekStart={weekStart} onChoose={choose} />
          </Suspense>
        </div>
      </Popover>
    </DialogTrigger>
  );
}

interface PresetsProps {
  chosen: Preset | undefined;
  onChoose: (id: Preset) => void;
}

function Presets({ chosen, onChoose }: PresetsProps) {
  return (
    <ListBox
      className="options range-presets"
      aria-label="Usual spans"
      items={presets}
      autoFocus
      selectionMode="single"
      escapeKeyBehavior="none"
      selectedKeys={chosen ? [chosen] : []}
      onAction={(id) => onChoose(id as Preset)}
      onSelectionChange={(keys) => {
        const [id] = keys as Set<Preset>;
        if (id) onChoose(id);
      }}
    >
      {({ id, label }) => (
        <ListBoxItem id={id} textValue={label} className="option">
          {label}
        </ListBoxItem>
      )}
    </ListBox>
  );
}
