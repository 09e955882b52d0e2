import { useSyncExternalStore } from "react";

const shownForMs = 6_000;
let message = "";
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function show(next: string): void {
  message = next;
  for (const listener of listeners) listener();
}

/** Says briefly that something was done, to eyes and screen readers alike. */
export function announce(text: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => show(""), shownForMs);
  show(text);
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where announcements appear; once in the shell. */
export function Announcements() {
  const text = useSyncExternalStore(listen, () => message);
  return (
    <div className="announcements" role="status">
      {text && <p>{text}</p>}
    </div>
  );
}
