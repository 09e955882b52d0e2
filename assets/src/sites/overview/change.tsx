import { Icon } from "../../ui/icon";
import type { Difference } from "./figures";

const looks = {
  up: { icon: "arrowUp", word: "more" },
  down: { icon: "arrowDown", word: "less" },
  same: { icon: "minus", word: "" },
} as const;

interface ChangeProps {
  difference: Difference | undefined;
  /** What it is compared with: "1,234, 3 – 30 Oct 2026". */
  against?: string;
}

/** A difference: an arrow and a word, and a colour besides. */
export function Change({ difference, against }: ChangeProps) {
  if (!difference) return <span className="quiet">Nothing to compare</span>;
  const { icon, word } = looks[difference.direction];
  return (
    <span className={`change ${difference.tone}`} title={against && `Before: ${against}`}>
      <Icon name={icon} />
      {difference.text}
      <span className="visually-hidden">
        {word && ` ${word}`}
        {against && ` than before: ${against}`}
      </span>
    </span>
  );
}
