import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { changeSearch } from "../ui/address";
import { Button } from "../ui/button";
import { Checkbox, Select, TextField } from "../ui/fields";
import { Icon } from "../ui/icon";
import { SearchBox } from "../ui/search-box";
import { type BookSearch, fromInput, isNarrowed, toInput } from "./search";

const route = getRouteApi("/signed-in/book");

const outcomes = [
  { value: "", label: "Every end" },
  { value: "done", label: "Done" },
  { value: "refused", label: "Refused" },
  { value: "open", label: "Open" },
] as const;

/** Shows other lines: a change of the address. */
export function useShow() {
  const navigate = route.useNavigate();
  return (change: BookSearch, replace = false) =>
    navigate({ search: (now) => changeSearch(now, change), replace, resetScroll: false });
}

/** What narrows the book. */
export function BookToolbar() {
  const search = route.useSearch();
  const show = useShow();
  return (
    <div className="stack">
      <div className="toolbar">
        <SearchBox
          label="Search who and what"
          value={search.q ?? ""}
          onChange={(q) => show({ q }, true)}
        />
        <Select
          label="End"
          hideLabel
          options={outcomes}
          value={search.outcome ?? ""}
          onChange={(outcome) => show({ outcome: outcome || undefined })}
        />
        <Checkbox
          isSelected={search.reads === "no"}
          onChange={(isOff) => show({ reads: isOff ? "no" : undefined })}
        >
          Leave out reads
        </Checkbox>
        <MoreFilters key={[search.code, search.from, search.until].join("\n")} />
      </div>
      <Chips />
    </div>
  );
}

/** Code and time: applied together, for half a moment finds nothing. */
function MoreFilters() {
  const search = route.useSearch();
  const show = useShow();
  const navigate = route.useNavigate();
  const [code, setCode] = useState(search.code ?? "");
  const [from, setFrom] = useState(toInput(search.from));
  const [until, setUntil] = useState(toInput(search.until));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void show({ code: code.trim(), from: fromInput(from), until: fromInput(until) });
  };
  return (
    <form className="toolbar" onSubmit={submit}>
      <TextField
        label="Event code"
        hideLabel
        placeholder="Event code"
        isCode
        autoComplete="off"
        value={code}
        onChange={setCode}
      />
      <TextField label="From" isBeside type="datetime-local" value={from} onChange={setFrom} />
      <TextField label="Until" isBeside type="datetime-local" value={until} onChange={setUntil} />
      <Button type="submit">Apply</Button>
      {isNarrowed(search) && (
        <Button look="plain" onPress={() => navigate({ search: {} })}>
          Show all
        </Button>
      )}
    </form>
  );
}

/** What is followed, each with a way to let go of it. */
function Chips() {
  const search = route.useSearch();
  const show = useShow();
  const { request, object } = search;
  if (!request && !object) return null;
  return (
    <div className="chips">
      {request && (
        <Chip label="Request" value={request} onRemove={() => show({ request: undefined })} />
      )}
      {object && (
        <Chip label="Object" value={object} onRemove={() => show({ object: undefined })} />
      )}
    </div>
  );
}

interface ChipProps {
  label: string;
  value: string;
  onRemove: () => void;
}

function Chip({ label, value, onRemove }: ChipProps) {
  return (
    <span className="chip">
      {label} <code>{value}</code>
      <Button
        look="plain"
        aria-label={`No longer follow the ${label.toLowerCase()}`}
        onPress={onRemove}
      >
        <Icon name="close" />
      </Button>
    </span>
  );
}
