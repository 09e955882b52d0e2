import { useMutation } from "@tanstack/react-query";
import { ApiProblem } from "./problem";

/** A change that was not made, for the thing is not as it was when it was opened. */
export class ChangedMeanwhile<Thing, Wish> extends Error {
  override readonly name = "ChangedMeanwhile";

  constructor(
    readonly theirs: Thing,
    readonly wish: Wish,
  ) {
    super("It was changed meanwhile.");
  }
}

interface Change<Thing, Wish, Saved> {
  /** Reads the thing as it is now. */
  read: () => Promise<Thing>;
  /** Makes the change, on the condition that the thing is at `tag`. */
  write: (wish: Wish, tag: string) => Promise<Saved>;
  onSaved: (saved: Saved, wish: Wish) => unknown;
  /** Shows the change before it is made; gives what takes it back. */
  showAtOnce?: (wish: Wish) => () => void;
  /** Changes of one line are made one after the other, whichever forms they come from. */
  line?: string;
}

/** What is wished for, and the version that the wish was made in sight of. */
export interface Guarded<Wish> {
  wish: Wish;
  version: number;
}

/**
 * A change that is made only if nobody else made one since the thing was opened.
 *
 * Otherwise it fails with `ChangedMeanwhile`, which has both sides.
 */
export function useGuarded<Thing extends object, Wish, Saved>(change: Change<Thing, Wish, Saved>) {
  const { read, write, onSaved, showAtOnce, line } = change;
  return useMutation({
    ...(line === undefined ? {} : { scope: { id: line } }),
    mutationFn: async ({ wish, version }: Guarded<Wish>) => {
      try {
        return await write(wish, tagOf(version));
      } catch (error) {
        if (!isOutdated(error)) throw error;
        throw new ChangedMeanwhile(await read(), wish);
      }
    },
    onMutate: ({ wish }) => showAtOnce?.(wish),
    onError: (_error, _wish, takeBack) => takeBack?.(),
    onSuccess: (saved, { wish }) => onSaved(saved, wish),
  });
}

/** A version as `If-Match` names it. */
export function tagOf(version: number): string {
  return `"${version}"`;
}

/** Whether a change was refused because of its `If-Match` or `If-None-Match`. */
export function isOutdated(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === "precondition_failed";
}
