import { Link } from "@tanstack/react-router";
import { formatCount } from "../ui/format";
import { Icon } from "../ui/icon";
import type { Day } from "./days";
import type { Line } from "./lines";

interface GridProps {
  days: readonly Day[];
  lines: ReadonlyMap<Day, Line[]>;
  today: Day;
  /** The month that is meant; days of others stand back. */
  month: string | undefined;
}

/** The days side by side, a week in a row; one below the other where there is no room. */
export function Grid({ days, lines, today, month }: GridProps) {
  return (
    <ol className="calendar" aria-label="Days">
      {days.map((day) => (
        <DayCell
          key={day}
          day={day}
          lines={lines.get(day) ?? []}
          isToday={day === today}
          isBeside={month !== undefined && !day.startsWith(month)}
        />
      ))}
    </ol>
  );
}

interface DayCellProps {
  day: Day;
  lines: readonly Line[];
  isToday: boolean;
  isBeside: boolean;
}

function DayCell({ day, lines, isToday, isBeside }: DayCellProps) {
  const look = [
    "calendar-day",
    isToday && "today",
    isBeside && "beside",
    lines.length === 0 && "free",
  ];
  return (
    <li className={look.filter(Boolean).join(" ")} aria-current={isToday ? "date" : undefined}>
      <time dateTime={day} className="calendar-date">
        {dayLabel(day)}
      </time>
      {lines.length > 0 && (
        <ul className="calendar-lines">
          {lines.map((line) => (
            <li key={line.key}>
              <LineLink line={line} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** Where one line leads: to its run, to the runs of its sync, or to the sync. */
export function LineLink({ line }: { line: Line }) {
  const look = `calendar-line ${line.status.tone}`;
  const content = <LineText line={line} />;
  if (line.runId) {
    return (
      <Link to="/runs/$id" params={{ id: line.runId }} className={look}>
        {content}
      </Link>
    );
  }
  return line.isPlanned ? (
    <Link to="/syncs/$id" params={{ id: line.syncId }} className={look}>
      {content}
    </Link>
  ) : (
    <Link to="/runs" search={{ sync: line.syncId }} className={look}>
      {content}
    </Link>
  );
}

function LineText({ line: { time, name, status, count } }: { line: Line }) {
  return (
    <>
      <Icon name={status.icon} />
      <span className="calendar-time">{time}</span>{" "}
      <span className="calendar-name">
        {name}
        {count > 1 && ` × ${formatCount(count)}`}
      </span>
      <span className="visually-hidden">, {status.label}</span>
    </>
  );
}

const labels = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

/** "Mon 15 Mar", whatever zone the day is in. */
export function dayLabel(day: Day): string {
  return labels.format(new Date(`${day}T00:00:00Z`)).replace(",", "");
}
