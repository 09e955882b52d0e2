/** The whole number that was typed, from 0 to `most`; not a number where it is none of those. */
export function wholeOf(typed: string, most = Number.MAX_SAFE_INTEGER): number {
  const text = typed.trim();
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number <= most ? number : Number.NaN;
}
