import { useMutation } from "@tanstack/react-query";
import { client } from "../../api/client";
import type { Import, ImportProblem } from "../../api/types";
import { Button } from "../../ui/button";
import { formatAmount, formatCount } from "../../ui/format";
import { Failure } from "../../ui/notice";
import { saveFile } from "../../ui/save";
import { type Column, Table } from "../../ui/table";
import { problemsAsCsv } from "./csv";

const columns: Column<ImportProblem & { row: number }>[] = [
  { id: "line", head: "Place", cell: ({ line }) => `Line ${formatCount(line)}` },
  { id: "column", head: "Column", isFigure: true, cell: ({ column }) => column ?? "" },
  { id: "field", head: "Field", cell: ({ field }) => field ?? "" },
  {
    id: "value",
    head: "Value",
    cell: ({ value }) => value !== undefined && <code className="break">{value}</code>,
  },
  { id: "reason", head: "What is wrong", cell: ({ reason }) => reason },
];

interface ProblemsProps {
  datasetId: string;
  done: Pick<Import, "id" | "problems" | "problems_total" | "file_name">;
}

/** The lines that were refused, each with its place and reason; all of them as a file. */
export function Problems({ datasetId, done }: ProblemsProps) {
  const { problems, problems_total: total, file_name = "import" } = done;
  const download = useMutation({
    mutationFn: () => allProblems(datasetId, done.id),
    onSuccess: (all) => saveFile(`${file_name} problems.csv`, "text/csv", problemsAsCsv(all)),
  });
  const rows = problems.map((problem, row) => ({ ...problem, row }));
  const isPart = total > problems.length;
  return (
    <div className="stack">
      <div className="between">
        <h3>
          {isPart
            ? `The first ${formatCount(problems.length)} of ${formatAmount(total, "problem")}`
            : formatAmount(total, "problem")}
        </h3>
        <Button icon="download" isDisabled={download.isPending} onPress={() => download.mutate()}>
          Download as CSV
        </Button>
      </div>
      <Failure error={download.error} />
      <Table label="Problems" columns={columns} rows={rows} rowId={({ row }) => `${row}`} isCards />
    </div>
  );
}

async function allProblems(id: string, importId: string): Promise<ImportProblem[]> {
  const all: ImportProblem[] = [];
  let after: string | undefined;
  do {
    const { data } = await client.GET("/datasets/{id}/imports/{import}/problems", {
      params: { path: { id, import: importId }, query: { limit: 500, after } },
    });
    all.push(...(data?.items ?? []));
    after = data?.next;
  } while (after);
  return all;
}
