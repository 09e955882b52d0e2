import { parseDate } from "@internationalized/date";
import {
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  CalendarHeading,
  I18nProvider,
  RangeCalendar,
} from "react-aria-components";
import type { Site } from "../../api/types";
import { addMonths, type Day } from "../../calendar/days";
import { IconButton } from "../../ui/button";
import type { Range } from "./range";

const firstDays = { monday: "mon", saturday: "sat", sunday: "sun" } as const;
/** The appliance answers for no longer ago. */
const mostMonths = 24;

interface DayPickerProps {
  range: Range;
  today: Day;
  weekStart: Site["week_start"];
  onChoose: (range: Range) => void;
}

/** Any days up to today, the first and then the last. */
export function DayPicker({ range, today, weekStart, onChoose }: DayPickerProps) {
  return (
    <I18nProvider locale="en-GB">
      <RangeCalendar
        className="days"
        aria-label="Days"
        defaultValue={{ start: parseDate(range.from), end: parseDate(range.to) }}
        defaultFocusedValue={parseDate(range.to)}
        minValue={parseDate(addMonths(today, -mostMonths))}
        maxValue={parseDate(today)}
        firstDayOfWeek={firstDays[weekStart]}
        onChange={({ start, end }) => onChoose({ from: start.toString(), to: end.toString() })}
      >
        <div className="days-head">
          <IconButton slot="previous" label="Earlier month" icon="chevronLeft" />
          <CalendarHeading className="days-title" />
          <IconButton slot="next" label="Later month" icon="chevronRight" />
        </div>
        <CalendarGrid className="days-grid" weekdayStyle="short">
          <CalendarGridHeader>
            {(day) => <CalendarHeaderCell>{day}</CalendarHeaderCell>}
          </CalendarGridHeader>
          <CalendarGridBody>
            {(date) => <CalendarCell date={date} className="day" />}
          </CalendarGridBody>
        </CalendarGrid>
        <p className="quiet">The first day, then the last.</p>
      </RangeCalendar>
    </I18nProvider>
  );
}
