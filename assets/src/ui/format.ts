const numbers = new Intl.NumberFormat("en");
const fractions = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const moments = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** 1,234,567. */
export function formatCount(count: number): string {
  return numbers.format(count);
}

/** A rate or another figure that may have a fraction: 49.3. */
export function formatFigure(figure: number): string {
  return fractions.format(figure);
}

/** 1 record, 2 records; `plural` where an s does not do. */
export function formatAmount(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** 840 B, 12.4 KB, 3 MB. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${fractions.format(bytes / 1000 ** power)} ${units[power]}`;
}

/** 45 s, 12 min 5 s, 3 h 20 min. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return rest ? `${minutes} min ${rest} s` : `${minutes} min`;
  const [hours, left] = [Math.floor(minutes / 60), minutes % 60];
  return left ? `${hours} h ${left} min` : `${hours} h`;
}

/** The reader's own wall clock: 22 Nov 2026, 04:15. */
export function formatMoment(time: string): string {
  return moments.format(new Date(time));
}

const instants = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** The same to the second: 22 Nov 2026, 04:15:00. */
export function formatInstant(time: string): string {
  return instants.format(new Date(time));
}

const shortInstants = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** The same for lists: without the year while it is the present one. */
export function formatShortInstant(time: string, now: Date): string {
  const date = new Date(time);
  const isThisYear = date.getFullYear() === now.getFullYear();
  return isThisYear ? shortInstants.format(date) : instants.format(date);
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "3 minutes ago", "in 20 seconds"; a date once it is more than a month away. */
export function formatAgo(time: string, now: Date): string {
  const seconds = (new Date(time).getTime() - now.getTime()) / 1000;
  if (Math.abs(seconds) > 30 * 86_400) return formatMoment(time);
  if (Math.abs(seconds) < 5) return "just now";
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return relative.format(Math.round(seconds / size), unit);
}
