import { getRouteApi, Link } from "@tanstack/react-router";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import type { SiteLine, SiteTable } from "../../api/types";
import { changeSearch } from "../../ui/address";
import { Button } from "../../ui/button";
import { formatAmount } from "../../ui/format";
import { Panel } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton";
import { type Column, Table } from "../../ui/table";
import { figuresFor, namesOnBars, plainNames } from "./columns";
import type { Dimension, View } from "./dimensions";
import { useShow } from "./show";
import type { Shown } from "./shown";
import { useIsStill } from "./still";

const route = getRouteApi("/signed-in/sites/$id");
/** So many rows stand there before somebody wants all of them. */
const shownAtOnce = 10;

interface BreakdownProps<Id extends Dimension> {
  label: string;
  /** What of the address says which view is shown. */
  part: "came" | "saw";
  views: readonly View<Id>[];
  overview: Shown;
}

/** The same visits by one thing or another, a tab each. */
export function Breakdown<Id extends Dimension>(props: BreakdownProps<Id>) {
  const { label, part, views, overview } = props;
  const search = route.useSearch();
  const show = useShow();
  const [first] = views;
  const chosen = search[part] ?? first?.id;
  return (
    <Tabs
      className="breakdown"
      selectedKey={chosen}
      onSelectionChange={(id) =>
        show({ [part]: id === first?.id ? undefined : (id as Id), all: undefined })
      }
    >
      <TabList className="breakdown-tabs" aria-label={label}>
        {views.map(({ id, label }) => (
          <Tab key={id} id={id} className="breakdown-tab">
            {label}
          </Tab>
        ))}
      </TabList>
      {views.map((view) => (
        <TabPanel key={view.id} id={view.id} className="breakdown-panel">
          <Lines view={view} overview={overview} />
        </TabPanel>
      ))}
    </Tabs>
  );
}

/** A view that has a panel of its own. */
export function Alone({ view, overview }: { view: View<Dimension>; overview: Shown }) {
  return (
    <Panel title={view.label}>
      <div className="breakdown">
        <Lines view={view} overview={overview} />
      </div>
    </Panel>
  );
}

interface LinesProps {
  view: View<Dimension>;
  overview: Shown;
  /** Bars of their own, between the names and the figures; otherwise names stand upon theirs. */
  bars?: Column<SiteLine>;
}

/** The rows of one view, the largest first. */
export function Lines(props: LinesProps) {
  return useIsStill() ? <Standing {...props} /> : <Leading {...props} />;
}

/** All that are known, and how many there are where that is not all. */
function Standing(props: LinesProps) {
  const { view, overview } = props;
  const table = overview[view.id];
  const known = table?.lines.length ?? 0;
  return (
    <>
      <Rows {...props} isWhole />
      {table && known < table.total && (
        <p className="quiet">
          The first {known} of {formatAmount(table.total, view.noun)}
        </p>
      )}
    </>
  );
}

/** The first of them, and the way to the others. */
function Leading(props: LinesProps) {
  const { view, overview } = props;
  const { all } = route.useSearch();
  const table = overview[view.id];
  const isWhole = all === view.id;
  return (
    <>
      <Rows {...props} isWhole={isWhole} />
      {table && <Rest view={view} lines={table} isWhole={isWhole} />}
    </>
  );
}

function Rows({ view, overview, bars, isWhole }: LinesProps & { isWhole: boolean }) {
  const table = overview[view.id];
  if (!table) return <SkeletonRows />;
  const { lines } = table;
  if (lines.length === 0) return <p className="breakdown-none">Nothing in these days.</p>;
  const names = bars ? [plainNames(view), bars] : [namesOnBars(view, lines)];
  return (
    <Table
      label={view.label}
      columns={[...names, ...figuresFor(view, overview)]}
      rows={isWhole ? lines : lines.slice(0, shownAtOnce)}
      rowId={({ value }) => value}
    />
  );
}

interface RestProps {
  view: View<Dimension>;
  lines: SiteTable;
  isWhole: boolean;
}

/** How many of them stand there, and the way to more. */
function Rest({ view, lines: { lines, total }, isWhole }: RestProps) {
  const show = useShow();
  const known = lines.length;
  if (known <= shownAtOnce) return null;
  const shown = isWhole ? known : shownAtOnce;
  const all = formatAmount(total, view.noun);
  return (
    <div className="breakdown-rest">
      <span className="quiet">{shown < total ? `The first ${shown} of ${all}` : `All ${all}`}</span>
      <Button look="plain" onPress={() => show({ all: isWhole ? undefined : view.id })}>
        {isWhole ? `Show ${shownAtOnce}` : `Show ${known}`}
      </Button>
      <Link
        from="/sites/$id"
        to="./reports"
        className="button plain"
        search={({ range, from, to, compare, filters, segment }) =>
          changeSearch(
            {},
            { range, from, to, compare, filters, segment, dimensions: view.dimension },
          )
        }
      >
        Report
      </Link>
    </div>
  );
}
