import { useSyncExternalStore } from "react";

const stored = "weighbridge.shortcuts";
const listeners = new Set<() => void>();

/** Whether single keys do anything, in this browser; they do until somebody turns them off. */
export function areShortcutsOn(): boolean {
  return localStorage.getItem(stored) !== "off";
}

/** Turns single keys on or off (WCAG 2.2, 2.1.4), and remembers it in this browser. */
export function turnShortcuts(isOn: boolean): void {
  localStorage.setItem(stored, isOn ? "on" : "off");
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The same, for what shows it. */
export function useShortcutsOn(): boolean {
  return useSyncExternalStore(listen, areShortcutsOn);
}
