import type { StatusWord } from "../ui/status";
import type { Entry } from "./line";

/** How an act ended, for the eye. */
export const endWords: Record<Entry["end"], StatusWord> = {
  done: { tone: "good", icon: "check", label: "Done" },
  refused: { tone: "bad", icon: "close", label: "Refused" },
  open: { tone: "neutral", icon: "help", label: "Open" },
};
