import type { Entry } from "../navigation";

/** What a key or two keys in a row ask for. */
export type Wish =
  | { kind: "go"; to: string }
  | { kind: "search" }
  | { kind: "new" }
  | { kind: "help" }
  | { kind: "row"; step: 1 | -1 };

/** A line of the help sheet. */
export interface Shortcut {
  keys: readonly string[];
  label: string;
}

const single: Record<string, Wish> = {
  "/": { kind: "search" },
  n: { kind: "new" },
  "?": { kind: "help" },
  j: { kind: "row", step: 1 },
  k: { kind: "row", step: -1 },
};

/** How long a `g` waits for its second key. */
export const patienceMs = 1_500;

/** What has been typed so far: a `g` at some time, or nothing that matters. */
export interface Begun {
  at?: number;
}

/**
 * Reads one key. Gives what it asks for, if anything, and what has begun with it.
 *
 * `at` is in milliseconds; a `g` that is too old is as good as none.
 */
export function readKey(
  key: string,
  at: number,
  begun: Begun,
  places: readonly Entry[],
): { wish?: Wish; begun: Begun } {
  if (begun.at !== undefined && at - begun.at <= patienceMs) {
    const place = places.find((one) => one.key === key);
    return place ? { wish: { kind: "go", to: place.to }, begun: {} } : { begun: {} };
  }
  if (key === "g") return { begun: { at } };
  return { wish: single[key], begun: {} };
}

/** Every shortcut that somebody with these places has, in the groups of the help sheet. */
export function shortcutsFor(places: readonly Entry[]): { title: string; shortcuts: Shortcut[] }[] {
  return [
    {
      title: "Anywhere",
      shortcuts: [
        { keys: ["?"], label: "Show this help" },
        { keys: ["/"], label: "Search this page" },
        { keys: ["n"], label: "Make a new one" },
        { keys: ["Esc"], label: "Close what is open" },
      ],
    },
    {
      title: "In a list",
      shortcuts: [
        { keys: ["j"], label: "Next row" },
        { keys: ["k"], label: "Previous row" },
        { keys: ["Enter"], label: "Open the row" },
      ],
    },
    {
      title: "Go to",
      shortcuts: places.map(({ key, label }) => ({ keys: ["g", key], label })),
    },
  ];
}

/** Where a letter is something else already: text, and lists in which letters seek. */
const takers = [
  "input:not([type=checkbox], [type=radio], [type=button], [type=submit])",
  "textarea",
  "select",
  "[contenteditable]",
  "[role=textbox]",
  "[role=listbox]",
  "[role=menu]",
  "[aria-haspopup]",
].join(", ");

/** Whether a press of a key there is meant for something else. */
export function isTaken(event: KeyboardEvent): boolean {
  const { target, defaultPrevented, ctrlKey, metaKey, altKey, repeat, isComposing } = event;
  if (defaultPrevented || ctrlKey || metaKey || altKey || repeat || isComposing) return true;
  return target instanceof Element && target.closest(takers) !== null;
}
