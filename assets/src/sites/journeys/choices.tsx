import { type FormEvent, useState } from "react";
import { Button } from "../../ui/button";
import { ComboBox } from "../../ui/combo-box";
import { Select } from "../../ui/fields";
import { type Place, useSeen } from "../filters/seen";
import {
  directionOptions,
  type JourneysSearch,
  mostOptions,
  stepsOptions,
  type Through,
  throughOptions,
  usual,
} from "./search";
import type { useShowJourneys } from "./show";

interface ChoicesProps {
  search: JourneysSearch;
  place: Place;
  show: ReturnType<typeof useShowJourneys>;
}

/** What visits are followed through, which way, and how far. */
export function Choices({ search, place, show }: ChoicesProps) {
  const through = search.through ?? usual.through;
  return (
    <div className="card">
      <div className="toolbar">
        <Select
          label="What visits are followed through"
          hideLabel
          options={throughOptions}
          value={through}
          onChange={(next) =>
            show({ through: next === usual.through ? undefined : next, at: undefined })
          }
        />
        <Select
          label="Which way"
          hideLabel
          options={directionOptions}
          value={search.direction ?? usual.direction}
          onChange={(next) => show({ direction: next === usual.direction ? undefined : next })}
        />
        <Select
          label="How many steps"
          hideLabel
          options={stepsOptions}
          value={search.steps ?? usual.steps}
          onChange={(next) => show({ steps: next === usual.steps ? undefined : next })}
        />
        <Select
          label="How many ways"
          hideLabel
          options={mostOptions}
          value={search.most ?? usual.most}
          onChange={(next) => show({ most: next === usual.most ? undefined : next })}
        />
      </div>
      {/* Another address by the browser's way back starts the input anew. */}
      <Start
        key={`${through}\n${search.at}`}
        at={search.at}
        through={through}
        place={place}
        onApply={(at) => show({ at })}
      />
    </div>
  );
}

interface StartProps {
  at: string | undefined;
  through: Through;
  place: Place;
  onApply: (at: string | undefined) => void;
}

/** The page or event that every way begins with, or leads to; any when left empty. */
function Start({ at = "", through, place, onApply }: StartProps) {
  const [typed, setTyped] = useState(at);
  const seen = useSeen(place, through).filter(Boolean);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onApply(typed.trim() || undefined);
  };
  return (
    <form className="toolbar journey-start" onSubmit={submit}>
      <ComboBox
        label={
          through === "page"
            ? "Page to start from, or to end at"
            : "Event to start from, or to end at"
        }
        placeholder={through === "page" ? "Any page" : "Any event"}
        options={seen}
        value={typed}
        onChange={setTyped}
        fits={(option, text) => option.toLowerCase().includes(text.trim().toLowerCase())}
        takesOther
      />
      <Button type="submit">Follow</Button>
    </form>
  );
}
