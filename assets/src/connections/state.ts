import type { Connection } from "../api/types";
import type { StatusWord } from "../ui/status";
import { wordsOf } from "./providers";

/** A connection's state for the eye. */
export function connectionStatus({
  status,
  oauth,
}: Pick<Connection, "status" | "oauth">): StatusWord {
  switch (status) {
    case "untested":
      return { tone: "neutral", icon: "help", label: "Not tested" };
    case "active":
      return { tone: "good", icon: "check", label: "Active" };
    case "failing":
      return { tone: "warn", icon: "warning", label: "Failing" };
    case "reconnect":
      return {
        tone: "bad",
        icon: "close",
        label: oauth ? "Needs reconnecting" : "Needs a new token",
      };
  }
}

/** The provider's own name, and whether it is the sandbox's stand-in. */
export function providerName({ provider, endpoint }: Pick<Connection, "provider" | "endpoint">) {
  const { name } = wordsOf(provider);
  return endpoint === "sandbox" ? `${name}, in the sandbox` : name;
}
