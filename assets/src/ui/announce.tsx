import { useSyncExternalStore } from "react";

/** What is said; one that says the same again is another. */
interface Message {
  text: string;
  count: number;
}

const shownForMs = 6_000;
let message: Message = { text: "", count: 0 };
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function show(text: string): void {
  message = { text, count: message.count + 1 };
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

/**
 * Where announcements appear; once in the shell.
 *
 * Stays in hearing while a dialog hides what is behind it: most of what is announced was done in
 * one. What is said again stands there anew, or it would not be read out.
 */
export function Announcements() {
  const { text, count } = useSyncExternalStore(listen, () => message);
  return (
    <div className="announcements" role="status" data-live-announcer="true">
      {text && <p key={count}>{text}</p>}
    </div>
  );
}
