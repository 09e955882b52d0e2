import type { AdFeed } from "../../api/types";
import type { StatusWord } from "../../ui/status";

/** Where a feed stands, in a word. */
export function feedStatus({ state, trouble }: AdFeed): StatusWord {
  switch (state) {
    case "new":
      return { tone: "neutral", icon: "clock", label: "Not fetched yet" };
    case "active":
      return { tone: "good", icon: "check", label: "Fetched every hour" };
    case "paused":
      return { tone: "neutral", icon: "clock", label: "Paused" };
    case "failing":
      return trouble?.category === "waiting"
        ? { tone: "neutral", icon: "clock", label: "Waits for the provider" }
        : { tone: "bad", icon: "warning", label: "Fails" };
  }
}
