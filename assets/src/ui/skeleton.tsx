const keys = Array.from({ length: 20 }, (_, row) => `row ${row}`);

/** Grey lines in the place of a table or list that is still being read. */
export function SkeletonRows({ rows = 4 }: { rows?: number }) {
  return (
    <div className="skeleton-rows" role="status" aria-label="Loading">
      {keys.slice(0, rows).map((key) => (
        <span key={key} className="skeleton row" />
      ))}
    </div>
  );
}
