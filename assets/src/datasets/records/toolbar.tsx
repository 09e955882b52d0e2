import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, Fragment, useState } from "react";
import {
  Button as AriaButton,
  Dialog,
  DialogTrigger,
  Heading,
  Popover,
} from "react-aria-components";
import type { Dataset, Field } from "../../api/types";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/fields";
import { Icon } from "../../ui/icon";

const route = getRouteApi("/signed-in/datasets/$id");

/** Search words and a filter expression; both go into the address when they are applied. */
export function Toolbar({ dataset }: { dataset: Dataset }) {
  const search = route.useSearch();
  // Another address by the browser's way back starts the inputs anew.
  return <Inputs key={`${search.q}\n${search.filter}`} dataset={dataset} />;
}

function Inputs({ dataset }: { dataset: Dataset }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [q, setQ] = useState(search.q ?? "");
  const [filter, setFilter] = useState(search.filter ?? "");
  const show = (next: { q?: string; filter?: string }) =>
    navigate({ search: { sort: search.sort, ...next } });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void show({ q: q.trim() || undefined, filter: filter.trim() || undefined });
  };
  const isNarrowed = Boolean(search.q || search.filter);
  return (
    <form className="toolbar" onSubmit={submit}>
      <TextField
        label="Search"
        hideLabel
        placeholder="Search"
        type="search"
        value={q}
        onChange={setQ}
        shortcut="search"
      />
      <div className="grow">
        <TextField
          label="Filter"
          hideLabel
          isCode
          autoComplete="off"
          spellCheck="false"
          value={filter}
          onChange={setFilter}
          placeholder={`Filter: ${exampleFor(dataset.fields)}`}
        />
      </div>
      <FilterHelp dataset={dataset} />
      <Button type="submit">Apply</Button>
      {isNarrowed && <Button onPress={() => show({})}>Show all</Button>}
    </form>
  );
}

/** A filter that makes sense for these fields. */
export function exampleFor(fields: readonly Field[]): string {
  const text = fields.find(({ type }) => type === "text" || type === "choice");
  const figure = fields.find(({ type }) => type === "integer" || type === "number");
  const parts = [text && `${quoted(text.name)} ^= A`, figure && `${quoted(figure.name)} > 30`];
  return parts.filter(Boolean).join(" and ");
}

function quoted(name: string): string {
  return /^\w+$/.test(name) ? name : `"${name}"`;
}

const operators = [
  ["=", "is"],
  ["!=", "is not"],
  ["<  <=", "less than, at most"],
  [">  >=", "more than, at least"],
  ["~", "contains"],
  ["^=", "starts with"],
] as const;

function FilterHelp({ dataset }: { dataset: Dataset }) {
  return (
    <DialogTrigger>
      <AriaButton className="button plain icon-only" aria-label="How filters are written">
        <Icon name="help" />
      </AriaButton>
      <Popover className="popover text" placement="bottom end">
        <Dialog className="stack">
          <Heading slot="title">Filters</Heading>
          <p>
            A field, a comparison and a value; several joined by <code>and</code>. Values with
            spaces stand in quotes.
          </p>
          <p>
            <code>{exampleFor(dataset.fields)}</code>
          </p>
          <dl className="pairs">
            {operators.map(([sign, meaning]) => (
              <Fragment key={sign}>
                <dt>
                  <code>{sign}</code>
                </dt>
                <dd>{meaning}</dd>
              </Fragment>
            ))}
          </dl>
          <p className="quiet">Fields: {dataset.fields.map(({ name }) => name).join(", ")}</p>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
