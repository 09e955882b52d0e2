import { Link } from "@tanstack/react-router";
import { $api } from "../api/client";
import type { Dataset, SyncScope } from "../api/types";
import { exampleFor } from "../datasets/records/toolbar";
import { Radios } from "../ui/choices";
import { TextField } from "../ui/fields";
import { formatAmount } from "../ui/format";

interface ScopeFieldsProps {
  dataset: Pick<Dataset, "id" | "fields">;
  /** Whether records go both ways. */
  isBoth: boolean;
  value: { kind: SyncScope["kind"]; filter: string };
  onChange: (value: { kind: SyncScope["kind"]; filter: string }) => void;
  /** What is wrong with the filter. */
  error?: string;
}

/** Which of a dataset's records a sync takes. */
export function ScopeFields({ dataset, isBoth, value, onChange, error }: ScopeFieldsProps) {
  const options = [
    { value: "all", label: "All records", note: "Whatever the dataset holds when a run begins." },
    {
      value: "filter",
      label: "Those that match a filter",
      note: isBoth
        ? "A record made there comes in if it matches. One that no longer matches is left alone on both sides."
        : "Records that come to match later go with the next run.",
    },
    {
      value: "selection",
      label: "Those that I have selected",
      note: isBoth
        ? "By the boxes in the dataset’s list. What is made there stays there; what you let go of is left alone on both sides."
        : "By the boxes in the dataset’s list, and as they are when a run begins.",
    },
  ] as const;
  return (
    <div className="stack">
      <Radios
        label="Which records"
        options={options}
        value={value.kind}
        onChange={(kind) => onChange({ ...value, kind })}
      />
      {value.kind === "filter" && (
        <TextField
          label="Filter"
          isRequired
          isCode
          autoComplete="off"
          spellCheck="false"
          value={value.filter}
          onChange={(filter) => onChange({ ...value, filter })}
          placeholder={exampleFor(dataset.fields)}
          error={error}
        />
      )}
      {value.kind === "selection" && <Selected id={dataset.id} />}
    </div>
  );
}

function Selected({ id }: { id: string }) {
  const selection = $api.useQuery("get", "/datasets/{id}/selection", { params: { path: { id } } });
  if (!selection.data) return null;
  return (
    <p className="quiet-value">
      {selection.data.records === 0
        ? "No record is selected yet. "
        : `${formatAmount(selection.data.records, "record")} selected now. `}
      <Link to="/datasets/$id" params={{ id }}>
        Select records
      </Link>
    </p>
  );
}
