import { type FormEvent, useState } from "react";
import type { Goal } from "../../api/types";
import { Button, IconButton } from "../../ui/button";
import { ComboBox } from "../../ui/combo-box";
import { Select, TextField } from "../../ui/fields";
import { operatorOptions } from "../filters/filters";
import { type Place, useSeen } from "../filters/seen";
import { useGoals } from "../goals/goals";
import { anyStep, fewestSteps, isWhole, mostSteps, type Step, stepName } from "./steps";
import { type Window, windowOptions } from "./window";

interface FunnelFormProps {
  steps: readonly Step[];
  within: Window;
  place: Place;
  onApply: (steps: Step[], within: Window) => void;
}

/** The steps of a funnel, one below the other; they are counted once they are applied. */
export function FunnelForm({ steps, within, place, onApply }: FunnelFormProps) {
  const [draft, setDraft] = useState<Draft[]>(() => steps.map((step, key) => ({ key, step })));
  const [window, setWindow] = useState(within);
  const [isChecked, setIsChecked] = useState(false);
  const events = useSeen(place, "event").filter(Boolean);
  const pages = useSeen(place, "page").filter(Boolean);
  const goals = useGoals(place.siteId).data?.items ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsChecked(true);
    const next = draft.map(({ step }) => trimmed(step));
    if (next.every(isWhole)) onApply(next, window);
  };
  const move = (at: number, by: 1 | -1) => {
    const moved = draft[at];
    if (moved) setDraft(draft.toSpliced(at, 1).toSpliced(at + by, 0, moved));
  };
  return (
    <form className="card funnel-form" onSubmit={submit}>
      <ol className="funnel-steps">
        {draft.map(({ key, step }, at) => (
          <StepFields
            key={key}
            step={step}
            at={at}
            count={draft.length}
            events={events}
            pages={pages}
            goals={goals}
            error={isChecked && !isWhole(trimmed(step)) ? "Say an event or a page." : undefined}
            onChange={(next) => setDraft(draft.toSpliced(at, 1, { key, step: next }))}
            onMove={(by) => move(at, by)}
            onRemove={() => setDraft(draft.toSpliced(at, 1))}
          />
        ))}
      </ol>
      <div className="toolbar">
        <Button type="submit" look="primary">
          Count the steps
        </Button>
        {draft.length < mostSteps && (
          <Button icon="plus" onPress={() => setDraft(withAnother(draft))}>
            Add a step
          </Button>
        )}
        <Select
          label="How long all of them may take"
          hideLabel
          options={windowOptions}
          value={window}
          onChange={setWindow}
        />
      </div>
    </form>
  );
}

/** A step with a key of its own, which it keeps wherever it is moved. */
interface Draft {
  key: number;
  step: Step;
}

function withAnother(draft: readonly Draft[]): Draft[] {
  const last = Math.max(...draft.map(({ key }) => key));
  return [...draft, { key: last + 1, step: anyStep }];
}

function trimmed({ name, event, operator, page, goal }: Step): Step {
  return { name: name.trim(), event: event.trim(), operator, page: page.trim(), goal };
}

interface StepFieldsProps {
  step: Step;
  at: number;
  count: number;
  /** Events and pages that came up on these days. */
  events: readonly string[];
  pages: readonly string[];
  goals: readonly Goal[];
  error: string | undefined;
  onChange: (step: Step) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

function StepFields(props: StepFieldsProps) {
  const { step, at, count, onChange, onMove, onRemove } = props;
  const ordinal = `step ${at + 1}`;
  return (
    <li>
      <fieldset className="funnel-step">
        <legend className="visually-hidden">{`Step ${at + 1}`}</legend>
        <span className="step-number" aria-hidden="true">
          {at + 1}
        </span>
        <TextField
          label="Name"
          placeholder={isWhole(step) ? stepName({ ...step, name: "" }) : undefined}
          value={step.name}
          onChange={(name) => onChange({ ...step, name })}
          autoComplete="off"
        />
        <What {...props} />
        <span className="funnel-acts">
          <IconButton
            label={`Move ${ordinal} up`}
            icon="arrowUp"
            isDisabled={at === 0}
            onPress={() => onMove(-1)}
          />
          <IconButton
            label={`Move ${ordinal} down`}
            icon="arrowDown"
            isDisabled={at === count - 1}
            onPress={() => onMove(1)}
          />
          <IconButton
            label={`Remove ${ordinal}`}
            icon="trash"
            isDisabled={count <= fewestSteps}
            onPress={onRemove}
          />
        </span>
      </fieldset>
    </li>
  );
}

/** What the step is: a goal, or an event at a page. */
function What({ step, events, pages, goals, error, onChange }: StepFieldsProps) {
  const change = (part: Partial<Step>) => onChange({ ...step, ...part });
  const options = [{ value: "", label: "No goal" }].concat(
    goals.map(({ id, name }) => ({ value: id, label: name })),
  );
  const choose = (goal: string) => {
    const named = goals.find(({ id }) => id === goal)?.name;
    change({ goal, event: "", page: "", name: step.name || (named ?? "") });
  };
  return (
    <>
      {step.goal === "" && (
        <>
          <ComboBox
            label="Event"
            placeholder="Any event"
            options={events}
            value={step.event}
            onChange={(event) => change({ event })}
            fits={isLike}
            takesOther
            error={error}
          />
          <Select
            label="Page"
            options={operatorOptions}
            value={step.operator}
            onChange={(operator) => change({ operator })}
          />
          <ComboBox
            label="Path"
            placeholder="Any page"
            options={pages}
            value={step.page}
            onChange={(page) => change({ page })}
            fits={isLike}
            takesOther
          />
        </>
      )}
      {(goals.length > 0 || step.goal !== "") && (
        <Select label="Goal" options={options} value={step.goal} onChange={choose} />
      )}
    </>
  );
}

function isLike(option: string, typed: string): boolean {
  return option.toLowerCase().includes(typed.trim().toLowerCase());
}
