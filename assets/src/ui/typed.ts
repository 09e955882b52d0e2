import { useEffect, useRef, useState } from "react";

/**
 * Text that is typed here and kept elsewhere, in the address.
 *
 * What is typed stands here at once and there a little later; what somebody else changed there, by
 * the way back, is taken over. `first` stands here at the start where nothing is kept yet.
 */
export function useTyped(
  kept: string,
  keep: (text: string) => void,
  first = "",
): [string, (text: string) => void] {
  const [text, setText] = useState(kept || first);
  const sent = useRef(kept);
  useEffect(() => {
    if (kept === sent.current) return;
    sent.current = kept;
    setText(kept);
  }, [kept]);
  const change = (next: string) => {
    sent.current = next;
    setText(next);
    keep(next);
  };
  return [text, change];
}
