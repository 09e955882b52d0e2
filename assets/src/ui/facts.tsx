import type { ReactNode } from "react";

export interface Fact {
  label: string;
  value: ReactNode;
}

/** Labels and their values, side by side. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const places = Array.from({ length: 10 }, (_, place) => `fact ${place}`);

/** As many facts as will stand there. */
export function FactsWaiting({ count }: { count: number }) {
  return (
    <div className="facts" role="status" aria-label="Loading">
      {places.slice(0, count).map((place) => (
        <span key={place} className="skeleton fact" />
      ))}
    </div>
  );
}
