import { Link } from "@tanstack/react-router";
import type { Plan } from "../api/types";
import { formatCount } from "../ui/format";
import { Status } from "../ui/status";
import { type Column, Table } from "../ui/table";
import { Ago } from "../ui/time";
import { planStatus, planWrites } from "./state";

const columns: Column<Plan>[] = [
  {
    id: "plan",
    head: "Plan",
    cell: ({ id, queued_at }) => (
      <Link to="/plans/$id" params={{ id }}>
        asked for <Ago time={queued_at} />
      </Link>
    ),
  },
  { id: "state", head: "State", cell: (plan) => <Status {...planStatus(plan, new Date())} /> },
  {
    id: "writes",
    head: "To write",
    isFigure: true,
    cell: (plan) => {
      const { here, there } = planWrites(plan);
      return plan.counts ? formatCount(here + there) : "";
    },
  },
  {
    id: "refused",
    head: "Would be refused",
    isFigure: true,
    cell: ({ counts }) => (counts ? formatCount(counts.refused) : ""),
  },
  { id: "by", head: "By", cell: ({ by }) => by?.name ?? "" },
];

/** Plans of one sync, newest first. */
export function PlanTable({ plans }: { plans: readonly Plan[] }) {
  return (
    <Table
      label="Plans"
      columns={columns}
      rows={plans}
      rowId={({ id }) => id}
      isCards
      isPressable
    />
  );
}
