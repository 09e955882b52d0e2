import { useState } from "react";
import { Opener } from "../../ui/opener";
import { useMayEdit } from "../access";
import type { Calls, Thing } from "./calls";
import { KeptChooser } from "./chooser";
import { KeptEnding } from "./ending";

interface ButtonProps<Kept extends Thing> {
  /** What all of them are called: "Segments". */
  label: string;
  calls: Calls<Kept>;
  things: readonly Kept[];
  chosen?: string | undefined;
  aboutOf: (thing: Kept) => string;
  whyNot?: string | undefined;
  onChoose: (thing: Kept) => void;
  /** Hears of one that was made. */
  onMade: (thing: Kept) => void;
  onGone?: (thing: Kept) => void;
}

/** A button that opens what is kept of one kind. */
export function KeptButton<Kept extends Thing>(props: ButtonProps<Kept>) {
  const { label, calls, things, chosen, aboutOf, whyNot, onChoose, onMade, onGone } = props;
  const [doomed, setDoomed] = useState<Kept>();
  const mayWrite = useMayEdit();
  if (things.length === 0 && !mayWrite) return null;
  return (
    <>
      <Opener label={label} title={label}>
        {(close) => {
          const closing = (act: (thing: Kept) => void) => (thing: Kept) => {
            close();
            act(thing);
          };
          return (
            <KeptChooser
              calls={calls}
              things={things}
              chosen={chosen}
              aboutOf={aboutOf}
              whyNot={whyNot}
              onChoose={closing(onChoose)}
              onMade={closing(onMade)}
              onDoom={closing(setDoomed)}
            />
          );
        }}
      </Opener>
      <KeptEnding
        calls={calls}
        doomed={doomed}
        {...(onGone ? { onGone } : {})}
        onClose={() => setDoomed(undefined)}
      />
    </>
  );
}
