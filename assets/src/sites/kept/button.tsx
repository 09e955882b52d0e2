import { useState } from "react";
import { Loaded, type Reading } from "../../ui/loaded";
import { Opener } from "../../ui/opener";
import { SkeletonRows } from "../../ui/skeleton";
import { useMayEdit } from "../access";
import type { Calls, Thing } from "./calls";
import { KeptChooser } from "./chooser";
import { KeptEnding } from "./ending";

interface ButtonProps<Kept extends Thing> {
  /** What all of them are called: "Segments". */
  label: string;
  calls: Calls<Kept>;
  query: Reading<{ items: Kept[] }>;
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
  const { label, calls, query, chosen, aboutOf, whyNot, onChoose, onMade, onGone } = props;
  const [doomed, setDoomed] = useState<Kept>();
  const mayWrite = useMayEdit();
  const isMissing = query.data === undefined ? !query.isError : query.data.items.length === 0;
  if (isMissing && !mayWrite) return null;
  return (
    <>
      <Opener label={label} title={label}>
        {(close) => {
          const closing = (act: (thing: Kept) => void) => (thing: Kept) => {
            close();
            act(thing);
          };
          return (
            <Loaded
              query={query}
              waiting={<SkeletonRows rows={2} />}
              failed={`The ${label.toLowerCase()} of this site could not be read`}
            >
              {({ items }) => (
                <KeptChooser
                  calls={calls}
                  things={items}
                  chosen={chosen}
                  aboutOf={aboutOf}
                  whyNot={whyNot}
                  onChoose={closing(onChoose)}
                  onMade={closing(onMade)}
                  onDoom={closing(setDoomed)}
                />
              )}
            </Loaded>
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
