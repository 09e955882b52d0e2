import { useMemo } from "react";
import { CheckButtons, Radios } from "../../ui/choices";
import { ComboBox } from "../../ui/combo-box";
import { TextField } from "../../ui/fields";
import type { Draft } from "./draft";
import { isZoneLike, ownZone, zonesWith } from "./times";
import { everyOptions, missedOptions, weekdays } from "./words";

interface PartsProps {
  draft: Draft;
  faults: Record<string, string>;
  onChange: (part: Partial<Draft>) => void;
}

/** The fields of a schedule; those that belong to its kind alone. */
export function ScheduleParts({ draft, faults, onChange }: PartsProps) {
  const { every, zone, missed } = draft;
  const zones = useMemo(() => zonesWith(ownZone(), zone), [zone]);
  return (
    <div className="form">
      <Radios
        label="How often"
        options={everyOptions}
        value={every}
        onChange={(every) => onChange({ every })}
        isAcross
      />
      <When draft={draft} faults={faults} onChange={onChange} />
      <ComboBox
        label="By the clocks of"
        help="Type a part of a city’s name. Clocks that change are followed."
        options={zones}
        value={zone}
        onChange={(zone) => onChange({ zone })}
        fits={isZoneLike}
        error={faults.zone}
      />
      <Radios
        label="Times that were missed, for the appliance was off or a run under way"
        options={missedOptions}
        value={missed}
        onChange={(missed) => onChange({ missed })}
      />
    </div>
  );
}

function When({ draft: { every, minute, at, days, cron }, faults, onChange }: PartsProps) {
  if (every === "hour") {
    return (
      <TextField
        label="At minute"
        help="0 is on the hour, 59 the last."
        inputMode="numeric"
        value={minute}
        onChange={(minute) => onChange({ minute })}
        error={faults.minute}
      />
    );
  }
  if (every === "cron") {
    return (
      <TextField
        label="Pattern"
        help={
          <>
            Five fields: minute, hour, day of the month, month, day of the week.{" "}
            <code>30 6 * * 1-5</code> is 06:30 from Monday to Friday, <code>*/20 9-16 * * *</code>{" "}
            every twenty minutes from nine to five.
          </>
        }
        isCode
        autoComplete="off"
        spellCheck="false"
        value={cron}
        onChange={(cron) => onChange({ cron })}
        error={faults.cron}
      />
    );
  }
  return (
    <>
      {every === "week" && (
        <CheckButtons
          label="On"
          options={weekdays}
          value={days}
          onChange={(days) => onChange({ days })}
          error={faults.days}
        />
      )}
      <TextField
        label="At"
        type="time"
        value={at}
        onChange={(at) => onChange({ at })}
        error={faults.at}
      />
    </>
  );
}
