import type { ReactNode } from "react";
import { useEffect } from "react";
import { Mark } from "./icon";

/** The frame of the pages before the sign-in. */
export function Gate({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Weighbridge`;
  }, [title]);
  return (
    <main className="gate">
      <p className="brand">
        <Mark />
        Weighbridge
      </p>
      <h1 tabIndex={-1}>{title}</h1>
      {children}
    </main>
  );
}
