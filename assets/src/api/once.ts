import { useRef } from "react";

/**
 * Gives a wish the key under which the appliance carries it out once, however often it is sent.
 *
 * The same wish of the same form has the same key: a double click, or another try after an answer
 * that was lost on its way, makes one thing.
 */
export function useOnce(): (wish: unknown) => { "Idempotency-Key": string } {
  const last = useRef<{ wish: string; key: string }>(undefined);
  return (wish) => {
    const text = JSON.stringify(wish);
    if (last.current?.wish !== text) last.current = { wish: text, key: freshKey() };
    return { "Idempotency-Key": last.current.key };
  };
}

/** Not `randomUUID`: without TLS browsers have none. */
function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
