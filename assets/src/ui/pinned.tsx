import { Fragment, type ReactNode, useState } from "react";

interface Pin {
  /** To be called when somebody begins to edit. */
  hold: () => void;
  /** To be called when they are done. */
  release: () => void;
}

interface PinnedProps<Thing> {
  thing: Thing;
  children: (seen: Thing, pin: Pin) => ReactNode;
}

/**
 * Keeps a form on the state that it was begun with.
 *
 * Until somebody begins to edit, what comes in anew takes the form's place; from then on nothing
 * typed is lost, and what others did is found out when it is saved.
 */
export function Pinned<Thing extends { version: number }>({ thing, children }: PinnedProps<Thing>) {
  const [held, setHeld] = useState<Thing>();
  const seen = held ?? thing;
  return (
    <Fragment key={seen.version}>
      {children(seen, { hold: () => setHeld(seen), release: () => setHeld(undefined) })}
    </Fragment>
  );
}
