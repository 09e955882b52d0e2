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
  { value: "success", label: "Done" },
  { value: "failure", label: "Refused" },
  { value: "unknown", label: "Open" },
] as const;

const orders = [
  { value: "", label: "Newest first" },
  { value: "oldest", label: "Oldest first" },
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
        <Select
          label="Order"
          hideLabel
          options={orders}
          value={search.order ?? ""}
          onChange={(order) => show({ order: order || undefined })}
        />
        <Checkbox
          isSelected={search.reads === "no"}
          onChange={(isOff) => show({ reads: isOff ? "no" : undefined })}
        >
          Leave out reads
        </Checkbox>
        <MoreFilters key={filled.map((name) => search[name]).join("\n")} />
      </div>
      <Chips />
    </div>
  );
}

/** What is filled in and applied together, for half a moment finds nothing. */
const filled = ["code", "actor", "address", "from", "to"] as const;

function MoreFilters() {
  const search = route.useSearch();
  const show = useShow();
  const navigate = route.useNavigate();
  const [texts, setTexts] = useState({
    code: search.code ?? "",
    actor: search.actor ?? "",
    address: search.address ?? "",
    from: toInput(search.from),
    to: toInput(search.to),
  });
  const field = (name: (typeof filled)[number]) => ({
    value: texts[name],
    onChange: (text: string) => setTexts({ ...texts, [name]: text }),
    autoComplete: "off",
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { code, actor, address, from, to } = texts;
    void show({
      code: code.replaceAll(" ", ""),
      actor: actor.trim(),
      address: address.trim(),
      from: fromInput(from),
      to: fromInput(to),
    });
  };
  return (
    <form className="toolbar" onSubmit={submit}>
      <TextField
        label="Event code"
        hideLabel
        placeholder="Code, or WB-AUTH-"
        isCode
        {...field("code")}
      />
      <TextField label="By" hideLabel placeholder="E-mail or id" {...field("actor")} />
      <TextField
        label="From address"
        hideLabel
        placeholder="IP address"
        isCode
        {...field("address")}
      />
      <TextField label="From" isBeside type="datetime-local" {...field("from")} />
      <TextField label="To" isBeside type="datetime-local" {...field("to")} />
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
