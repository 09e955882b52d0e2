/** How a conversion is divided among the visits before it, in the order of the columns. */
export const models = [
  { id: "first", label: "First", about: "All to the first visit." },
  { id: "last", label: "Last", about: "All to the last visit." },
  {
    id: "last_non_direct",
    label: "Last not direct",
    about: "All to the last visit that did not come directly; to the last where all did.",
  },
  { id: "linear", label: "Linear", about: "To each visit the same." },
  {
    id: "time_decay",
    label: "Time decay",
    about: "To each visit half of what one gets that came a half-life later.",
  },
  {
    id: "position",
    label: "Position",
    about: "40% to the first and to the last visit, 20% to those between.",
  },
  {
    id: "data_driven",
    label: "Data-driven",
    about: "By how many conversions would be lost without each row, by all paths taken together.",
  },
] as const;

export type ModelId = (typeof models)[number]["id"];

export const usualModel: ModelId = "data_driven";

export function isModel(text: string): text is ModelId {
  return models.some(({ id }) => id === text);
}
