const windows = {
  30: "30 minutes",
  60: "An hour",
  1440: "A day",
  10080: "7 days",
  43200: "30 days",
} as const;

/** How long a whole funnel may take, in minutes. */
export type Window = `${keyof typeof windows}`;

export const usualWindow: Window = "1440";

export const windowOptions = Object.entries(windows).map(([value, label]) => ({
  value: value as Window,
  label: `Within ${label.toLowerCase()}`,
}));

export function isWindow(text: string): text is Window {
  return Object.hasOwn(windows, text);
}
