import type { ConnectionHealth, HealthQuota, SyncHealth } from "../api/types";
import { formatFigure } from "../ui/format";
import type { StatusWord } from "../ui/status";

type Verdict = ConnectionHealth["verdict"];

/** A verdict for the eye. */
export function verdictStatus(verdict: Verdict): StatusWord {
  switch (verdict) {
    case "healthy":
      return { tone: "good", icon: "check", label: "Healthy" };
    case "attention":
      return { tone: "warn", icon: "warning", label: "Needs attention" };
    case "failing":
      return { tone: "bad", icon: "close", label: "Failing" };
  }
}

const order: readonly Verdict[] = ["failing", "attention", "healthy"];

/** The worst verdict of a connection and its syncs. */
export function worstOf({ verdict, syncs }: ConnectionHealth): Verdict {
  const all = [verdict, ...syncs.map((sync) => sync.verdict)];
  return order.find((one) => all.includes(one)) ?? "healthy";
}

/** The worst first, and otherwise in the order in which they were made. */
export function worstFirst(all: readonly ConnectionHealth[]): ConnectionHealth[] {
  const rank = (one: ConnectionHealth) => order.indexOf(worstOf(one));
  return [...all].sort((one, other) => rank(one) - rank(other));
}

/** How fast calls go out: "4.9 calls a second", "3.2 of 4.9 calls a second". */
export function paceOf({ calls_per_second, usual_calls_per_second }: HealthQuota): string {
  if (calls_per_second === undefined) return "Not paced";
  const [now, usual] = [calls_per_second, usual_calls_per_second ?? calls_per_second].map(
    formatFigure,
  );
  return now === usual ? `${now} calls a second` : `${now} of ${usual} calls a second`;
}

/** How often its runs fail: "3 of the last 20". */
export function failuresOf({ runs, failed_runs }: SyncHealth): string {
  return runs === 0 ? "No run yet" : `${failed_runs} of the last ${runs}`;
}

/** When what was allowed to a connection ends. */
export interface AccessEnd {
  label: string;
  /** Absent where the provider does not tell. */
  at?: string;
  /** What moves it on. */
  unless?: string;
}

/** When the access that somebody has allowed ends; nothing where a token was pasted, or it is over. */
export function endOf({ oauth, status }: ConnectionHealth): AccessEnd | undefined {
  if (!oauth || status === "reconnect") return undefined;
  const { renewable_until, expires_at } = oauth;
  if (renewable_until) {
    return { label: "Access ends", at: renewable_until, unless: "unless it is used before" };
  }
  return expires_at ? { label: "Token ends", at: expires_at } : { label: "Access ends" };
}
