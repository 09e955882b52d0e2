import type { Entry } from "./line";

/** What can be seen of the chain in the lines at hand. */
export interface ChainView {
  /** How many pairs of neighbours were compared. */
  pairs: number;
  /** The first place, from the newest, where a line does not carry the hash of the one before. */
  break?: { before: number; after: number };
}

/**
 * Compares what each line says of the line before it with that line's own hash.
 *
 * Lines newest first; those without their neighbour or a hash at hand are passed by. It shows a line that was
 * taken out or exchanged, and proves nothing of the lines' content: that takes the log's own bytes.
 */
export function viewChain(entries: readonly Pick<Entry, "sequence" | "chain">[]): ChainView {
  let pairs = 0;
  for (const [index, entry] of entries.entries()) {
    const older = entries[index + 1];
    if (older?.sequence !== entry.sequence - 1) continue;
    if (!older.chain.hash || !entry.chain.prev) continue;
    pairs += 1;
    if (older.chain.hash !== entry.chain.prev) {
      return { pairs, break: { before: older.sequence, after: entry.sequence } };
    }
  }
  return { pairs };
}
