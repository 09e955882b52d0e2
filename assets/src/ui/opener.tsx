import { type ReactNode, useId, useState } from "react";
import { Button as AriaButton, DialogTrigger, Popover } from "react-aria-components";

interface OpenerProps {
  /** What the button says. */
  label: ReactNode;
  /** What stands above what it opens. */
  title: string;
  /** What it opens, which is told how to close it. */
  children: (close: () => void) => ReactNode;
}

/** A plain button that opens something to fill in beside it. */
export function Opener({ label, title, children }: OpenerProps) {
  const [isOpen, setIsOpen] = useState(false);
  const titleId = useId();
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <AriaButton className="button plain">{label}</AriaButton>
      <Popover className="popover text" placement="bottom start" aria-labelledby={titleId}>
        <div className="stack">
          <h2 id={titleId}>{title}</h2>
          {children(() => setIsOpen(false))}
        </div>
      </Popover>
    </DialogTrigger>
  );
}
