import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Entry } from "../navigation";
import { type Begun, isTaken, readKey, type Wish } from "./keys";
import { areShortcutsOn } from "./setting";

interface Openers {
  onHelp: () => void;
  onPalette: () => void;
}

/** Listens to the whole window's keys and does what they ask for. */
export function useKeys(places: readonly Entry[], { onHelp, onPalette }: Openers): void {
  const router = useRouter();
  const act = useRef<(wish: Wish) => void>(() => {});
  const open = useRef(onPalette);
  const known = useRef(places);
  useEffect(() => {
    open.current = onPalette;
    known.current = places;
    act.current = (wish) => {
      if (wish.kind === "go") router.history.push(wish.to);
      else if (wish.kind === "help") onHelp();
      else if (wish.kind === "row") stepRow(wish.step);
      else press(wish.kind);
    };
  });
  useEffect(() => {
    let begun: Begun = {};
    const onKey = (event: KeyboardEvent) => {
      if (isPaletteKey(event)) {
        event.preventDefault();
        open.current();
        return;
      }
      if (!areShortcutsOn() || isTaken(event) || isSomethingOpen()) return;
      const read = readKey(event.key, event.timeStamp, begun, known.current);
      begun = read.begun;
      if (!read.wish) return;
      event.preventDefault();
      act.current(read.wish);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** Ctrl-K or ⌘K: with a modifier it is no single key and stays on. */
function isPaletteKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === "k" && (ctrlKey || metaKey) && !altKey && !shiftKey;
}

/** While a dialog asks for something, keys are its own. */
function isSomethingOpen(): boolean {
  return document.querySelector("[role=dialog], [role=alertdialog]") !== null;
}

/** Focuses the page's search, or presses what makes a new one; a page may have neither. */
function press(kind: "search" | "new"): void {
  const target = document.querySelector<HTMLElement>(`.main [data-shortcut=${kind}]`);
  if (kind === "new") target?.click();
  else target?.focus();
  if (target instanceof HTMLInputElement) target.select();
}

/** Moves the keyboard to the next row's own link or button; the last row stays the last. */
function stepRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(".main tbody th :is(a, button)")];
  const here = rows.indexOf(document.activeElement as HTMLElement);
  const next = here < 0 ? rows[0] : rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
