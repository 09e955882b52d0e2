/** Strokes on a 20 by 20 grid, drawn for this UI. */
const strokes = {
  arrowDown: "M10 4v12M5 11l5 5 5-5",
  arrowUp: "M10 16V4M5 9l5-5 5 5",
  arrowRight: "M4 10h12M11 5l5 5-5 5",
  book: "M4 4.5h5a1.5 1.5 0 0 1 1 .5 1.5 1.5 0 0 1 1-.5h5v11h-5a1.5 1.5 0 0 0-1 .5 1.5 1.5 0 0 0-1-.5H4zM10 5v11",
  calendar: "M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5",
  chart: "M3.5 16.5h13M5.5 13.5v-4M10 13.5v-9M14.5 13.5v-6.5",
  check: "M4 10.5l4 4 8-9",
  chevronDown: "M5.5 8l4.5 4.5L14.5 8",
  chevronLeft: "M12 5.5L7.5 10l4.5 4.5",
  chevronRight: "M8 5.5l4.5 4.5L8 14.5",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 6v4.25l2.75 1.75",
  close: "M5 5l10 10M15 5L5 15",
  dataset: "M3.5 4.5h13v11h-13zM3.5 8.5h13M8 8.5v7",
  download: "M10 3.5v9M6 9l4 4 4-4M4 16.5h12",
  code: "M7 5.5L2.5 10 7 14.5M13 5.5L17.5 10 13 14.5",
  copy: "M7.5 7.5h9v9h-9zM4.5 12.5h-1v-9h9v1",
  exit: "M8 4H4v12h4M8.5 10H17M13.5 6.5L17 10l-3.5 3.5",
  file: "M5 3h6.5L15 6.5V17H5zM11.5 3v3.5H15",
  gear: "M4 6h6M14 6h2M12 4v4M4 14h2M10 14h6M8 12v4",
  help: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M8 8.25a2 2 0 1 1 2.75 1.85c-.5.25-.75.6-.75 1.15M10 13.75v.01",
  keyboard: "M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7",
  key: "M8 12a3.5 3.5 0 1 1 0-.01M11.25 11.5h5.25v2.5M14 11.5v2",
  link: "M8.5 11.5l3-3M7 9.5L5.25 11.25a2.475 2.475 0 0 0 3.5 3.5L10.5 13M9.5 7l1.75-1.75a2.475 2.475 0 0 1 3.5 3.5L13 10.5",
  menu: "M3.5 6h13M3.5 10h13M3.5 14h13",
  minus: "M5 10h10",
  moon: "M15.5 12A6.5 6.5 0 0 1 8 4.5a6.2 6.2 0 1 0 7.5 7.5",
  overview: "M3 15.5h14M5 15.5v-2h10v2M10 13.5V6M6 8a5.7 5.7 0 0 1 8 0",
  play: "M6.5 4.5l9 5.5-9 5.5z",
  plus: "M10 4.5v11M4.5 10h11",
  pulse: "M2.5 10.5h3.5l2-5 3.5 9 2-4h4",
  undo: "M7 4.5 3.5 8 7 11.5M3.5 8h8a4.5 4.5 0 0 1 0 9H8",
  run: "M16.5 10a6.5 6.5 0 1 1-2-4.7M16.5 3.5v3h-3",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M13 13l3.5 3.5",
  sun: "M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4M10 2.5v1M10 16.5v1M2.5 10h1M16.5 10h1M4.7 4.7l.7.7M14.6 14.6l.7.7M15.3 4.7l-.7.7M5.4 14.6l-.7.7",
  sync: "M4 8h11M12 5l3 3M16 12H5M8 15l-3-3",
  system: "M3.5 4h13v5h-13zM3.5 11h13v5h-13zM6.5 6.5h.01M6.5 13.5h.01",
  pencil: "M4 16l1-4 8.5-8.5 3 3L8 15zM11.5 5.5l3 3",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.75 10.5h7.5L14.5 6",
  upload: "M10 13V4M6 7.5l4-4 4 4M4 16.5h12",
  user: "M10 3.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M4 16.5c0-3 2.7-4.5 6-4.5s6 1.5 6 4.5",
  warning: "M10 3.5l7 12.5H3zM10 8.5v3.5M10 14v.01",
} as const;

export type IconName = keyof typeof strokes;

/** A drawing beside words that say the same; screen readers pass it by. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={strokes[name]} />
    </svg>
  );
}

/** The mark: a scale's dial upon its platform. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" />
      <path d="M5.5 22.5h21M9 22.5v-3h14v3M16 19.5V9M9.5 11.5a9.2 9.2 0 0 1 13 0" />
    </svg>
  );
}
