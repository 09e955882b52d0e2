import { useEffect, useRef } from "react";

/** Tells whether Shift is held down, by the last key or press that anybody saw. */
export function useShiftKey(): () => boolean {
  const isHeld = useRef(false);
  useEffect(() => {
    const note = (event: KeyboardEvent | PointerEvent) => {
      isHeld.current = event.shiftKey;
    };
    const kinds = ["keydown", "keyup", "pointerdown"] as const;
    for (const kind of kinds) addEventListener(kind, note, true);
    return () => {
      for (const kind of kinds) removeEventListener(kind, note, true);
    };
  }, []);
  return () => isHeld.current;
}
