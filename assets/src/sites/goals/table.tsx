import { useState } from "react";
import { client } from "../../api/client";
import { tagOf } from "../../api/guarded";
import type { Goal, GoalCompletions, GoalFigure, GoalFigures, Site } from "../../api/types";
import { dayLabel } from "../../calendar/grid";
import { IconButton } from "../../ui/button";
import { formatCount } from "../../ui/format";
import { Opener } from "../../ui/opener";
import { type Column, Table } from "../../ui/table";
import { useMayEdit } from "../access";
import type { Place } from "../filters/seen";
import { KeptEnding } from "../kept/ending";
import { Change } from "../overview/change";
import { differenceOf, writeFigure, writeMoney } from "../overview/figures";
import type { Metric } from "../overview/metrics";
import { rangeWords } from "../overview/range";
import { Sparkline } from "../overview/sparkline";
import { GoalForm, touches } from "./form";
import { conditionWords, goalsById } from "./goals";

interface GoalTableProps {
  site: Site;
  figures: GoalFigures;
  goals: readonly Goal[];
  place: Place;
}

/** Every goal, how often it was reached, and what that differs from before. */
export function GoalTable({ site, figures, goals, place }: GoalTableProps) {
  const [doomed, setDoomed] = useState<Goal>();
  const mayEdit = useMayEdit();
  const known = goalsById(goals);
  const columns: Column<GoalFigure>[] = [
    {
      id: "goal",
      head: "Goal",
      cell: ({ id, name }) => {
        const goal = known.get(id);
        return (
          <>
            {name}
            {goal && <span className="quiet"> {conditionWords(goal.condition)}</span>}
          </>
        );
      },
    },
    ...measured.map((metric) => columnOf(metric, figures)),
    {
      id: "value",
      head: "Own value",
      isFigure: true,
      cell: ({ reached }) => writeMoney(reached.value, figures.currency),
    },
    {
      id: "assigned",
      head: "Assigned value",
      isFigure: true,
      cell: ({ reached: { assigned_value } }) =>
        assigned_value === undefined ? "–" : writeMoney(assigned_value, figures.currency),
    },
    {
      id: "trend",
      head: "Trend",
      cell: ({ days }) => <Sparkline series={days.map(({ completions }) => completions)} />,
    },
  ];
  if (mayEdit) {
    const acts = ({ id }: GoalFigure) => {
      const goal = known.get(id);
      return (
        goal && <Acts site={site} goal={goal} place={place} onDelete={() => setDoomed(goal)} />
      );
    };
    columns.push({ id: "acts", head: "Change", cell: acts });
  }
  return (
    <>
      <Table label="Goals" columns={columns} rows={figures.goals} rowId={({ id }) => id} isCards />
      <ByDay figures={figures} />
      <KeptEnding
        calls={{
          noun: "goal",
          remove: ({ id, version }) =>
            client.DELETE("/sites/{id}/goals/{goal}", {
              params: { path: { id: site.id, goal: id }, header: { "If-Match": tagOf(version) } },
            }),
          touches,
          words: {
            loss: "The events by which it was reached stay. Reports and funnels that name the goal cannot be counted any more.",
          },
        }}
        doomed={doomed}
        onClose={() => setDoomed(undefined)}
      />
    </>
  );
}

interface Measured extends Metric {
  of: (reached: GoalCompletions) => number | undefined;
}

const measured: readonly Measured[] = [
  {
    id: "completions",
    label: "Completions",
    unit: "count",
    better: "more",
    about: "Events that reached the goal; each counts.",
    of: ({ completions }) => completions,
  },
  {
    id: "visitors",
    label: "Visitors who reached it",
    unit: "count",
    better: "more",
    about: "Each counted once.",
    of: ({ visitors }) => visitors,
  },
  {
    id: "rate",
    label: "Rate",
    unit: "rate",
    better: "more",
    about: "These by all visitors of the days.",
    of: ({ rate }) => rate,
  },
];

function columnOf(metric: Measured, { before, currency }: GoalFigures): Column<GoalFigure> {
  const write = (value: number | undefined) =>
    value === undefined ? "–" : writeFigure(value, metric.unit, currency);
  return {
    id: metric.id,
    label: metric.label,
    head: <span title={metric.about}>{metric.label}</span>,
    isFigure: true,
    cell: (figure) => {
      const now = metric.of(figure.reached);
      const then = figure.before && metric.of(figure.before);
      // In one piece: where rows are cards, both stand at the end of the line.
      return (
        <span>
          {write(now)}
          {before && figure.before && (
            <>
              {" "}
              <Change
                difference={differenceOf(metric, now, then)}
                against={`${write(then)}, ${rangeWords(before)}`}
              />
            </>
          )}
        </span>
      );
    },
  };
}

interface ActsProps {
  site: Site;
  goal: Goal;
  place: Place;
  onDelete: () => void;
}

function Acts({ site, goal, place, onDelete }: ActsProps) {
  return (
    <span className="note-acts">
      <Opener label="Change" title={`Change the goal ${goal.name}`}>
        {(close) => <GoalForm site={site} goal={goal} place={place} onSaved={close} />}
      </Opener>
      <IconButton label={`Delete the goal ${goal.name}`} icon="trash" onPress={onDelete} />
    </span>
  );
}

/** The trends as a table, for whoever reads one more easily than a line. */
function ByDay({ figures: { goals } }: { figures: GoalFigures }) {
  const days = goals[0]?.days ?? [];
  const columns: Column<{ day: string; at: number }>[] = [
    { id: "day", head: "Day", cell: ({ day }) => dayLabel(day) },
    ...goals.map(({ id, name, days }) => ({
      id,
      head: name,
      isFigure: true,
      cell: ({ at }: { at: number }) => formatCount(days[at]?.completions ?? 0),
    })),
  ];
  return (
    <details className="disclosure">
      <summary>The trends as a table</summary>
      <div>
        <Table
          label="Completions by day"
          columns={columns}
          rows={days.map(({ day }, at) => ({ day, at }))}
          rowId={({ day }) => day}
        />
      </div>
    </details>
  );
}
