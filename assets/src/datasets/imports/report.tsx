import type { Import } from "../../api/types";
import { formatAmount } from "../../ui/format";
import { Ledger } from "../../ui/ledger";
import { Notice } from "../../ui/notice";
import { Problems } from "./problems";

interface ReportProps {
  datasetId: string;
  done: Import;
}

/** What became of a file: every record that was read is in one of the counts. */
export function ImportReport({ datasetId, done }: ReportProps) {
  return (
    <div className="stack">
      <Headline done={done} />
      <div className="card">
        <Ledger
          label="Records of the import"
          entries={[
            { label: "Created", count: done.created, tone: "good" },
            { label: "Changed", count: done.changed, tone: "good" },
            { label: "Unchanged", count: done.unchanged },
            { label: "Refused", count: done.refused, tone: "bad" },
          ]}
          total={{ label: "Read", count: done.read }}
        />
      </div>
      {done.problems_total > 0 && <Problems datasetId={datasetId} done={done} />}
    </div>
  );
}

function Headline({ done }: { done: Import }) {
  const file = done.file_name ?? "The file";
  if (done.state === "running") {
    return (
      <p className="quiet-value" role="status">
        {done.phase === "writing"
          ? "The whole file was accepted and is being stored."
          : "The file is being read. What is below has been settled so far."}
      </p>
    );
  }
  if (done.state === "cancelled") {
    return (
      <Notice tone="warn" title={`${file} was called off`}>
        <p>
          {done.strict ? "Nothing of it was kept." : "What had gone in by then stays."} Import it
          again to have the rest.
        </p>
      </Notice>
    );
  }
  if (done.state === "failed") {
    return (
      <Notice tone="bad" title={`${file} was not imported to its end`}>
        <p>{done.failure ?? "The import stopped before the end of the file."}</p>
      </Notice>
    );
  }
  if (done.refused > 0) {
    return (
      <Notice tone="warn" title={`${file}: ${formatAmount(done.refused, "record")} refused`}>
        <p>
          The others are in. Mend the lines below in the file and import it again: what is in
          already is left alone.
        </p>
      </Notice>
    );
  }
  return <Notice tone="good" title={`${file} is in: every record was accepted`} />;
}
