import { useState } from "react";
import { apiBase } from "../../api/client";
import type { Site } from "../../api/types";
import { Select, TextField } from "../../ui/fields";
import { Icon } from "../../ui/icon";
import { Panel } from "../../ui/page";
import { useMayEdit } from "../access";

type Format = "csv" | "ndjson" | "parquet";

const formats: { value: Format; label: string }[] = [
  { value: "csv", label: "CSV" },
  { value: "ndjson", label: "JSON, an object on each line" },
  { value: "parquet", label: "Parquet" },
];

/** Takes the events of some days away, as they are kept. */
export function Takeout({ site }: { site: Site }) {
  const mayTake = useMayEdit();
  const [format, setFormat] = useState<Format>("csv");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  if (!mayTake) return null;
  const days = { ...(from && { from }), ...(to && { to }) };
  const query = new URLSearchParams({ format, ...days });
  const isBackwards = from !== "" && to !== "" && to < from;
  return (
    <Panel title="Take the events away">
      <div className="card stack">
        <p className="quiet-value">
          A line for each event: what happened when, on which page, where the visitor came from and
          what it was worth. Visitors have numbers of this site’s own. A year at most goes into one
          file.
        </p>
        <div className="filter-what">
          <TextField
            label="From"
            type="date"
            value={from}
            onChange={setFrom}
            help="27 days before the last one without it"
          />
          <TextField
            label="To"
            type="date"
            value={to}
            onChange={setTo}
            help="Today without it"
            error={isBackwards ? "It is before the day with which the file begins" : undefined}
          />
          <Select label="Form" options={formats} value={format} onChange={setFormat} />
        </div>
        {!isBackwards && (
          <div className="actions">
            <a
              className="button secondary"
              href={`${apiBase}/sites/${site.id}/events/export?${query}`}
              download
            >
              <Icon name="download" />
              Download the events
            </a>
          </div>
        )}
      </div>
    </Panel>
  );
}
