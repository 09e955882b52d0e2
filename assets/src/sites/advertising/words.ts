import type { AdFeed } from "../../api/types";
import { formatAmount } from "../../ui/format";
import type { StatusWord } from "../../ui/status";

/** Where a feed stands, in a word. */
export function feedStatus({ state, trouble }: AdFeed, isFetching: boolean): StatusWord {
  if (isFetching) return { tone: "busy", icon: "sync", label: "Being fetched" };
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

const attributed: Record<string, string> = {
  click: "after a click",
  view: "after a view",
  engaged_view: "after a view that went on",
};

/**
 * How a provider attributes, in words: "7d_click_1d_view" is "7 days after a click, 1 day after a
 * view". What is written otherwise stays as it is.
 */
export function attributionWords(setting: string): string {
  const parts = setting.split(/_(?=\d+d_)/).map((part) => /^(\d+)d_(\w+)$/.exec(part));
  const words = parts.map((found) => {
    const when = found && attributed[found[2] ?? ""];
    return when && `${formatAmount(Number(found[1]), "day")} ${when}`;
  });
  return words.every(Boolean) ? words.join(", ") : setting;
}
