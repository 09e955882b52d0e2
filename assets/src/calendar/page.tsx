import { getRouteApi, Link } from "@tanstack/react-router";
import { $api } from "../api/client";
import type { Calendar } from "../api/types";
import { clockIn, ownZone } from "../syncs/schedule/times";
import { Empty } from "../ui/empty";
import { formatCount } from "../ui/format";
import { Loaded } from "../ui/loaded";
import { Notice } from "../ui/notice";
import { Page } from "../ui/page";
import { SkeletonRows } from "../ui/skeleton";
import { Status } from "../ui/status";
import { type Column, Table } from "../ui/table";
import { useNow } from "../ui/time";
import { addDays, type Day, dayOf, monthOf, startOf, weekOf } from "./days";
import { dayLabel, Grid, LineLink } from "./grid";
import { type Line, linesByDay } from "./lines";
import { CalendarToolbar } from "./toolbar";

const route = getRouteApi("/signed-in/calendar");
const refetchMs = 30_000;

/** When every sync has run, and when it will. */
export function CalendarPage() {
  const search = route.useSearch();
  const now = useNow(refetchMs);
  const zone = search.zone && clockIn(search.zone, now) ? search.zone : ownZone();
  const today = dayOf(now, zone);
  const day = search.day ?? today;
  const days = search.view === "month" ? monthOf(day) : weekOf(day);
  const calendar = $api.useQuery(
    "get",
    "/calendar",
    { params: { query: spanOf(days, zone) } },
    { refetchInterval: refetchMs },
  );
  const zones = calendar.data?.schedules.map((schedule) => schedule.zone) ?? [];
  const known = new Set(["UTC", ...zones, ...(search.zone ? [zone] : [])]);
  return (
    <Page title="Calendar" lead="When your syncs have run, and when they will run by themselves.">
      <CalendarToolbar day={day} zones={[...known].sort()} />
      <h2>{titleOf(days, search.view === "month" ? day : undefined)}</h2>
      <Loaded query={calendar} waiting={<SkeletonRows rows={8} />}>
        {(calendar) => {
          const most = search.view === "month" ? 1 : 4;
          const lines = linesByDay(calendar, { zone, sync: search.sync, most, now });
          const month = search.view === "month" ? day.slice(0, 7) : undefined;
          return (
            <>
              <LeftOff calendar={calendar} />
              <Grid days={days} lines={lines} today={today} month={month} />
              {lines.size === 0 ? <Nothing /> : <Twin days={days} lines={lines} />}
              <Resting calendar={calendar} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function spanOf(days: readonly Day[], zone: string) {
  const [first, last] = [days[0], days.at(-1)] as [Day, Day];
  return {
    from: startOf(first, zone).toISOString(),
    to: startOf(addDays(last, 1), zone).toISOString(),
  };
}

const months = new Intl.DateTimeFormat("en-GB", {
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

const weeks = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/** "March 2027", or "15 – 21 March 2027". */
function titleOf(days: readonly Day[], month: Day | undefined): string {
  const date = (day: Day | undefined) => new Date(`${day}T00:00:00Z`);
  if (month) return months.format(date(month));
  return weeks.formatRange(date(days[0]), date(days.at(-1)));
}

/** What would be too much to show is said, or its absence would be taken for the truth. */
function LeftOff({ calendar: { runs_left_off, schedules } }: { calendar: Calendar }) {
  const cut = schedules.filter(({ times_left_off }) => times_left_off);
  if (!runs_left_off && cut.length === 0) return null;
  return (
    <Notice tone="info" title="Not all of it is shown">
      {runs_left_off && <p>Only the last runs of this time are here; the list of runs has all.</p>}
      {cut.map(({ sync_id, sync_name, times }) => (
        <p key={sync_id}>
          Of {sync_name} the next {formatCount(times.length)} times are here.
        </p>
      ))}
    </Notice>
  );
}

function Nothing() {
  return (
    <Empty icon="clock" title="Nothing ran, and nothing is to run">
      <p>
        Runs are here from when they are asked for. A sync with a schedule is here with its times to
        come: it is set on the sync’s page.
      </p>
    </Empty>
  );
}

function Resting({ calendar: { schedules } }: { calendar: Calendar }) {
  const resting = schedules.filter(({ paused }) => paused);
  if (resting.length === 0) return null;
  return (
    <p className="quiet">
      Resting:{" "}
      {resting.map(({ sync_id, sync_name }, index) => (
        <span key={sync_id}>
          {index > 0 && ", "}
          <Link to="/syncs/$id" params={{ id: sync_id }}>
            {sync_name}
          </Link>
        </span>
      ))}
    </p>
  );
}

type Row = Line & { day: Day };

const columns: Column<Row>[] = [
  { id: "day", head: "Day", cell: ({ day }) => dayLabel(day) },
  { id: "line", head: "Sync", cell: (line) => <LineLink line={line} /> },
  { id: "state", head: "State", cell: ({ status }) => <Status {...status} /> },
  { id: "end", head: "Ended", isFigure: true, cell: ({ end }) => end ?? "" },
  { id: "count", head: "How many", isFigure: true, cell: ({ count }) => formatCount(count) },
];

/** The same as a table, for whoever reads one more easily than days. */
function Twin({ days, lines }: { days: readonly Day[]; lines: ReadonlyMap<Day, Line[]> }) {
  const rows = days.flatMap((day) => (lines.get(day) ?? []).map((line) => ({ ...line, day })));
  return (
    <details className="disclosure">
      <summary>The same as a table</summary>
      <div>
        <Table label="Calendar" columns={columns} rows={rows} rowId={({ key }) => key} isCards />
      </div>
    </details>
  );
}
