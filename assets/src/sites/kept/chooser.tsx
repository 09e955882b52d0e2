import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { IconButton } from "../../ui/button";
import { useMayEdit } from "../access";
import type { Calls, Thing } from "./calls";
import { KeptForm } from "./form";

interface ChooserProps<Kept extends Thing> {
  calls: Calls<Kept>;
  things: readonly Kept[];
  /** The one that is chosen, by its id. */
  chosen: string | undefined;
  /** What one is, in words. */
  aboutOf: (thing: Kept) => string;
  /** Why nothing can be kept now; it can when left out. */
  whyNot: string | undefined;
  onChoose: (thing: Kept) => void;
  onMade: (thing: Kept) => void;
  onDoom: (thing: Kept) => void;
}

/** All that is kept of one kind: one is chosen, and what stands on the page is kept as another. */
export function KeptChooser<Kept extends Thing>(props: ChooserProps<Kept>) {
  const { calls, things, whyNot, onMade } = props;
  const mayWrite = useMayEdit();
  return (
    <>
      {things.length === 0 && <p className="quiet">None yet.</p>}
      <ul className="kept">
        {things.map((thing) => (
          <KeptRow key={thing.id} {...props} thing={thing} />
        ))}
      </ul>
      {mayWrite &&
        (whyNot ? (
          <p className="quiet">{whyNot}</p>
        ) : (
          <KeptForm calls={calls} label={calls.words.keep} canTake={false} onSaved={onMade} />
        ))}
    </>
  );
}

interface RowProps<Kept extends Thing> extends ChooserProps<Kept> {
  thing: Kept;
}

function KeptRow<Kept extends Thing>(props: RowProps<Kept>) {
  const { calls, thing, chosen, aboutOf, whyNot, onChoose, onDoom } = props;
  const [isChanging, setIsChanging] = useState(false);
  const mayWrite = useMayEdit();
  const { id, name } = thing;
  return (
    <li>
      <span className="kept-row">
        <AriaButton
          className="button plain"
          aria-label={`Look at ${name}`}
          aria-current={id === chosen ? "true" : undefined}
          onPress={() => onChoose(thing)}
        >
          {name}
        </AriaButton>
        {mayWrite && (
          <>
            <IconButton
              label={`Change ${name}`}
              icon="pencil"
              onPress={() => setIsChanging(!isChanging)}
            />
            <IconButton label={`Delete ${name}`} icon="trash" onPress={() => onDoom(thing)} />
          </>
        )}
      </span>
      <p className="quiet">{aboutOf(thing)}</p>
      {isChanging && (
        <KeptForm
          calls={calls}
          label={`Another name for ${name}`}
          thing={thing}
          canTake={whyNot === undefined}
          onSaved={() => setIsChanging(false)}
        />
      )}
    </li>
  );
}
