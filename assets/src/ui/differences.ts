/** A thing in words, part by part; a part that it does not have is left out. */
export type Words = Readonly<Record<string, string>>;

export interface Difference {
  part: string;
  seen?: string;
  theirs?: string;
  yours?: string;
}

/** The parts in which three states of a thing are not the same. */
export function differencesOf(seen: Words, theirs: Words, yours: Words): Difference[] {
  const parts = new Set([...Object.keys(seen), ...Object.keys(theirs), ...Object.keys(yours)]);
  return [...parts]
    .map((part) => ({ part, seen: seen[part], theirs: theirs[part], yours: yours[part] }))
    .filter(({ seen, theirs, yours }) => seen !== theirs || theirs !== yours);
}
