import type { Sync } from "../api/types";
import { Choice } from "./choice";

/** What becomes of deliveries of which nobody can tell whether they arrived. */
export function ResendChoice({ sync }: { sync: Sync }) {
  return (
    <Choice
      sync={sync}
      part="What had no answer"
      label="Send again by itself what had no answer"
      isTicked={({ resend_unknown }) => resend_unknown === "always"}
      ticked={{
        wish: { resend_unknown: "always" },
        word: "Sent again",
        saved: "What had no answer is sent again.",
      }}
      unticked={{
        wish: { resend_unknown: "never" },
        word: "Left unknown",
        saved: "What had no answer stays unknown.",
      }}
    >
      Then everything arrives, and some of it twice, under the same delivery_id. Otherwise it waits
      among the dead letters until you decide.
    </Choice>
  );
}
