import { type FormEvent, useState } from "react";
import { Button } from "../../ui/button";
import { CheckButtons } from "../../ui/choices";
import { Select, TextField } from "../../ui/fields";
import { type DimensionId, dimensionIds, dimensionOf, isTime, valueWords } from "./dimensions";
import { type Filter, mostValues, operatorOptions } from "./filters";
import { type Place, useSeen } from "./seen";

const lookedAt = dimensionIds.filter((id) => !isTime(id));

function optionsOf(ids: readonly DimensionId[]) {
  return ids.map((id) => ({
    value: id,
    label: dimensionOf(id).label,
    note: dimensionOf(id).about,
  }));
}

interface EditorProps {
  /** What is changed; a new one when left out. */
  filter: Filter | undefined;
  place: Place;
  /** What it may be about, the usual first. */
  of?: readonly DimensionId[] | undefined;
  onApply: (filter: Filter) => void;
}

/** One filter: of what, how, and which values. */
export function FilterEditor({ filter, place, of, onApply }: EditorProps) {
  const [draft, setDraft] = useState<Filter>(
    filter ?? { dimension: of?.[0] ?? "channel", operator: "is", values: [] },
  );
  const [error, setError] = useState<string>();
  const change = (part: Partial<Filter>) => {
    setError(undefined);
    setDraft({ ...draft, ...part });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const whole = isWhole(draft) ? draft : { ...draft, values: draft.values.filter(Boolean) };
    const fault = faultOf(whole);
    if (fault) setError(fault);
    else onApply(whole);
  };
  return (
    <form className="filter-editor" onSubmit={submit}>
      <div className="filter-what">
        <Select
          label="Only visits whose"
          options={optionsOf(of ?? lookedAt)}
          value={draft.dimension}
          onChange={(dimension) => change({ dimension, values: [] })}
        />
        <Select
          label="How it compares"
          options={operatorOptions}
          value={draft.operator}
          onChange={(operator) => change({ operator })}
        />
      </div>
      <Values
        key={draft.dimension}
        draft={draft}
        place={place}
        error={error}
        onChange={(values) => change({ values })}
      />
      <div className="actions end">
        <Button type="submit" look="primary">
          Apply
        </Button>
      </div>
    </form>
  );
}

/** Whether values are compared as a whole; of no value nothing is a part. */
function isWhole({ operator }: Filter): boolean {
  return operator === "is" || operator === "is_not";
}

function faultOf({ values }: Filter): string | undefined {
  if (values.length === 0) return "Say at least one value.";
  if (values.length > mostValues) return `At most ${mostValues} values go into one filter.`;
  return undefined;
}

interface ValuesProps {
  draft: Filter;
  place: Place;
  error: string | undefined;
  onChange: (values: string[]) => void;
}

/** The values, typed one a line, or pressed where they came up on these days. */
function Values({ draft, place, error, onChange }: ValuesProps) {
  const { dimension, values } = draft;
  const [text, setText] = useState(values.filter(Boolean).join("\n"));
  const seen = useSeen(place, dimension);
  const type = (next: string) => {
    setText(next);
    onChange([...values.filter((value) => value === ""), ...linesOf(next)]);
  };
  const press = (pressed: string[]) => {
    const typed = values.filter((value) => !seen.includes(value));
    const next = [...pressed, ...typed.filter((value) => !pressed.includes(value))];
    setText(next.filter(Boolean).join("\n"));
    onChange(next);
  };
  return (
    <>
      <TextField
        label="Values, one a line"
        help="Any of them will do."
        rows={2}
        isCode
        autoComplete="off"
        spellCheck="false"
        error={error}
        value={text}
        onChange={type}
      />
      {isWhole(draft) && seen.length > 0 && (
        <CheckButtons
          label="Seen in these days"
          options={seen.map((value) => ({ value, label: valueWords(dimension, value) }))}
          value={values.filter((value) => seen.includes(value))}
          onChange={press}
        />
      )}
    </>
  );
}

function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter(Boolean))];
}
