import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { client } from "../../api/client";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import type { Comparison, LinkSection, MadeSiteLink, NewSiteLink, Site } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Checkbox, CheckboxList, Select, TextField } from "../../ui/fields";
import { Failure } from "../../ui/notice";
import { compareOptions, rangeOptions, sectionOptions, usualSections } from "./words";

const members = ["name", "range", "from", "to", "password", "ends_at"] as const;

interface Draft {
  name: string;
  range: NonNullable<NewSiteLink["range"]> | "fixed";
  from: string;
  to: string;
  compare: Comparison;
  sections: LinkSection[];
  costs: boolean;
  password: string;
  /** The last day; empty for none. */
  until: string;
}

const blank: Draft = {
  name: "",
  range: "last_28_days",
  from: "",
  to: "",
  compare: "none",
  sections: usualSections,
  costs: false,
  password: "",
  until: "",
};

const dayOptions = [...rangeOptions, { value: "fixed" as const, label: "Always the same days" }];

interface FormProps {
  site: Site;
  onMade: (made: MadeSiteLink) => void;
}

/** What one more link shows, and how long. */
export function LinkForm({ site, onMade }: FormProps) {
  const [draft, setDraft] = useState(blank);
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const refresh = useRefresh();
  const make = useMutation({
    mutationFn: async () => {
      const params = { path: { id: site.id } };
      const { data } = await client.POST("/sites/{id}/links", { params, body: askedOf(draft) });
      return data as MadeSiteLink;
    },
    onSuccess: async (made) => {
      onMade(made);
      setDraft(blank);
      announce(`The link ${made.link.name} is made.`);
      await refresh("/sites/{id}/links");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const faults = fieldMessages(make.error);
  return (
    <form className="form" onSubmit={submit}>
      <TextField
        label="Name"
        help="Whoever opens the link sees it."
        isRequired
        autoComplete="off"
        value={draft.name}
        onChange={(name) => change({ name })}
        error={faults.name}
      />
      <Days draft={draft} faults={faults} onChange={change} />
      <Select
        label="Beside them"
        help="Whoever opens the link sees what those days came to, too."
        options={compareOptions}
        value={draft.compare}
        onChange={(compare) => change({ compare })}
      />
      <CheckboxList
        label="Beside totals it shows"
        options={sectionOptions}
        value={draft.sections}
        onChange={(sections) => change({ sections })}
      />
      <Checkbox isSelected={draft.costs} onChange={(costs) => change({ costs })}>
        What advertising cost
      </Checkbox>
      <TextField
        label="Password"
        help="12 characters at least; none for whoever has the link."
        type="password"
        autoComplete="new-password"
        value={draft.password}
        onChange={(password) => change({ password })}
        error={faults.password}
      />
      <TextField
        label="Last day"
        help="It stays until it is deleted without one."
        type="date"
        value={draft.until}
        onChange={(until) => change({ until })}
        error={faults.ends_at}
      />
      <Failure error={make.error} shown={[...members]} />
      <div className="actions">
        <Button type="submit" isDisabled={make.isPending}>
          Make the link
        </Button>
      </div>
    </form>
  );
}

interface DaysProps {
  draft: Draft;
  faults: Record<string, string>;
  onChange: (part: Partial<Draft>) => void;
}

/** Days that move on, or always the same. */
function Days({ draft, faults, onChange }: DaysProps) {
  return (
    <>
      <Select
        label="Days"
        options={dayOptions}
        value={draft.range}
        onChange={(range) => onChange({ range })}
        error={faults.range}
      />
      {draft.range === "fixed" && (
        <div className="filter-what">
          <TextField
            label="From"
            type="date"
            isRequired
            value={draft.from}
            onChange={(from) => onChange({ from })}
            error={faults.from}
          />
          <TextField
            label="To"
            type="date"
            isRequired
            value={draft.to}
            onChange={(to) => onChange({ to })}
            error={faults.to}
          />
        </div>
      )}
    </>
  );
}

function askedOf({
  name,
  range,
  from,
  to,
  compare,
  sections,
  costs,
  password,
  until,
}: Draft): NewSiteLink {
  return {
    name,
    ...(range === "fixed" ? { from, to } : { range }),
    compare,
    sections,
    costs,
    ...(password && { password }),
    // To the end of that day, by the clocks of whoever says so.
    ...(until && { ends_at: new Date(`${until}T23:59:59`).toISOString() }),
  };
}
