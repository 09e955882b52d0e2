import type { ReactNode } from "react";

interface OnBarProps {
  /** How large its row is beside the largest, as a part of 1. */
  share: number;
  /** The whole name, where there is not room for it. */
  title: string;
  children: ReactNode;
}

/** A name upon a bar, which shows how large its row is beside the largest. */
export function OnBar({ share, title, children }: OnBarProps) {
  return (
    <span className="named">
      <svg
        className="named-bar"
        viewBox="0 0 100 1"
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        <rect width={share * 100} height="1" />
      </svg>
      <span className="named-text" title={title}>
        {children}
      </span>
    </span>
  );
}
