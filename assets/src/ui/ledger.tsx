import { formatCount } from "./format";

export interface Entry {
  label: string;
  count: number;
  /** Draws the eye when the count is not nought. */
  tone?: "good" | "warn" | "bad";
}

interface LedgerProps {
  label: string;
  entries: readonly Entry[];
  /** What all entries are parts of. */
  total: { label: string; count: number };
}

/** Counts as in an account book: entries below each other, and their sum below a double rule. */
export function Ledger({ label, entries, total }: LedgerProps) {
  return (
    <table className="ledger" aria-label={label}>
      <tbody>
        {entries.map(({ label, count, tone }) => (
          <tr key={label} className={count > 0 ? tone : "nought"}>
            <th scope="row">{label}</th>
            <td>{formatCount(count)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{total.label}</th>
          <td>{formatCount(total.count)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
