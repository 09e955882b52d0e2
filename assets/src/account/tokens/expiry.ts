const dayMs = 86_400_000;

/** After how long a token may end by itself; `date` lets the day be named. */
export const lifetimes = [
  { value: "7", label: "In 7 days" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
  { value: "date", label: "On a day of your own" },
] as const;

export type Lifetime = (typeof lifetimes)[number]["value"];

/** The moment that was chosen; a day ends at its end, here where it was named. */
export function expiryOf(lifetime: Lifetime, day: string, now: Date): Date {
  if (lifetime === "date") return new Date(`${day}T23:59:59`);
  return new Date(now.getTime() + Number(lifetime) * dayMs);
}
