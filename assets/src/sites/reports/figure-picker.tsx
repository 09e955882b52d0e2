import { type FormEvent, useId, useState } from "react";
import { Button as AriaButton, DialogTrigger, Popover } from "react-aria-components";
import { Button } from "../../ui/button";
import { CheckButtons } from "../../ui/choices";
import { Icon } from "../../ui/icon";
import { type ReportMetricId, reportMetricOf, reportMetrics } from "./metrics";
import { mostMetrics } from "./search";

interface FigurePickerProps {
  metrics: ReportMetricId[];
  onApply: (metrics: ReportMetricId[]) => void;
}

/** Which figures a report tells; they are asked for together, once all are chosen. */
export function FigurePicker({ metrics, onApply }: FigurePickerProps) {
  const [isOpen, setIsOpen] = useState(false);
  const titleId = useId();
  return (
    <div className="chips">
      <span>{metrics.map((id) => reportMetricOf(id).label).join(", ")}</span>
      <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
        <AriaButton className="button plain">
          <Icon name="gear" />
          <span>Choose figures</span>
        </AriaButton>
        <Popover className="popover text" placement="bottom start" aria-labelledby={titleId}>
          <div className="stack">
            <h2 id={titleId}>Figures</h2>
            <Choice
              metrics={metrics}
              onApply={(next) => {
                setIsOpen(false);
                onApply(next);
              }}
            />
          </div>
        </Popover>
      </DialogTrigger>
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
