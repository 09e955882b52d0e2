import { useMemo } from "react";
import { isZoneLike, ownZone, zonesWith } from "../syncs/schedule/times";
import { Radios } from "../ui/choices";
import { ComboBox } from "../ui/combo-box";
import { Select, TextField } from "../ui/fields";
import {
  currenciesWith,
  currencyName,
  isCurrencyLike,
  type SiteDraft,
  visitorIdOptions,
  weekStartOptions,
} from "./words";

interface SiteFieldsProps {
  draft: SiteDraft;
  faults: Record<string, string>;
  /** Once events are in, what was counted rests on zone and currency. */
  isSettled: boolean;
  onChange: (part: Partial<SiteDraft>) => void;
}

/** The paths whose faults stand at these fields. */
export const siteFaults = ["name", "domain", "currency", "time_zone"];

export function SiteFields({ draft, faults, isSettled, onChange }: SiteFieldsProps) {
  return (
    <>
      <TextField
        label="Domain"
        help="As in the address of its pages, such as shop.example. What lies below it belongs to it."
        isRequired
        autoComplete="off"
        value={draft.domain}
        onChange={(domain) => onChange({ domain })}
        error={faults.domain}
      />
      <TextField
        label="Name"
        help="What you call it here."
        isRequired
        autoComplete="off"
        value={draft.name}
        onChange={(name) => onChange({ name })}
        error={faults.name}
      />
      {isSettled ? <Settled draft={draft} /> : <Units {...{ draft, faults, onChange }} />}
      <Select
        label="Weeks begin on"
        options={weekStartOptions}
        value={draft.week_start}
        onChange={(week_start) => onChange({ week_start })}
      />
      <Radios
        label="Visitors are recognised"
        options={visitorIdOptions}
        value={draft.visitor_ids}
        onChange={(visitor_ids) => onChange({ visitor_ids })}
      />
    </>
  );
}

function Units({ draft, faults, onChange }: Omit<SiteFieldsProps, "isSettled">) {
  const { currency, time_zone } = draft;
  const currencies = useMemo(() => currenciesWith(currency), [currency]);
  const zones = useMemo(() => zonesWith(ownZone(), time_zone), [time_zone]);
  return (
    <>
      <ComboBox
        label="Currency"
        help="What its revenue is in. Events with another are refused: no rate is made up."
        options={currencies}
        note={currencyName}
        value={currency}
        onChange={(currency) => onChange({ currency })}
        fits={isCurrencyLike}
        error={faults.currency}
      />
      <ComboBox
        label="Time zone"
        help="Where its days begin and end. Type a part of a city’s name."
        options={zones}
        value={time_zone}
        onChange={(time_zone) => onChange({ time_zone })}
        fits={isZoneLike}
        error={faults.time_zone}
      />
    </>
  );
}

function Settled({ draft: { currency, time_zone } }: { draft: SiteDraft }) {
  return (
    <div className="field">
      <span className="label">Currency and time zone</span>
      <span className="help">
        Stay as they are: what was counted so far rests on them. Make another site to count by
        others.
      </span>
      <span>
        {currency}, {time_zone}
      </span>
    </div>
  );
}
