import { type FormEvent, useState } from "react";
import { Button } from "../../ui/button";
import { CheckButtons } from "../../ui/choices";
import { Icon } from "../../ui/icon";
import { Opener } from "../../ui/opener";
import { type ReportMetricId, reportMetricOf, reportMetrics } from "./metrics";
import { mostMetrics } from "./search";

interface FigurePickerProps {
  metrics: ReportMetricId[];
  onApply: (metrics: ReportMetricId[]) => void;
}

/** Which figures a report tells; they are asked for together, once all are chosen. */
export function FigurePicker({ metrics, onApply }: FigurePickerProps) {
  const label = (
    <>
      <Icon name="gear" />
      <span>Choose figures</span>
    </>
  );
  return (
    <div className="chips">
      <span>{metrics.map((id) => reportMetricOf(id).label).join(", ")}</span>
      <Opener label={label} title="Figures">
        {(close) => (
          <Choice
            metrics={metrics}
            onApply={(next) => {
              close();
              onApply(next);
            }}
          />
        )}
      </Opener>
    </div>
  );
}

const options = reportMetrics.map(({ id, label }) => ({ value: id, label }));

function Choice({ metrics, onApply }: FigurePickerProps) {
  const [chosen, setChosen] = useState(metrics);
  const fault = faultOf(chosen);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!fault) onApply(reportMetrics.map(({ id }) => id).filter((id) => chosen.includes(id)));
  };
  return (
    <form className="stack" onSubmit={submit}>
      <CheckButtons
        label="What is counted"
        options={options}
        value={chosen}
        onChange={setChosen}
        error={fault}
      />
      <div className="actions end">
        <Button type="submit" look="primary">
          Apply
        </Button>
      </div>
    </form>
  );
}

function faultOf(chosen: readonly ReportMetricId[]): string | undefined {
  if (chosen.length === 0) return "Choose at least one.";
  if (chosen.length > mostMetrics) return `Choose at most ${mostMetrics}.`;
  return undefined;
}
