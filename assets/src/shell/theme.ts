const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const stored = "weighbridge.theme";

/** What this browser's user chose; the system's own when they chose nothing. */
export function chosenTheme(): Theme {
  const choice = localStorage.getItem(stored);
  return themes.find((theme) => theme === choice) ?? "system";
}

/** Shows a theme and remembers it in this browser. */
export function applyTheme(theme: Theme): void {
  localStorage.setItem(stored, theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
