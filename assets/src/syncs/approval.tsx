import type { Sync } from "../api/types";
import { Choice } from "./choice";

/** Whether runs of the sync need a plan that somebody has approved. */
export function ApprovalChoice({ sync }: { sync: Sync }) {
  return (
    <Choice
      sync={sync}
      part="Approval"
      label="Runs need a plan that somebody has approved"
      isTicked={({ approval }) => approval === "always"}
      ticked={{
        wish: { approval: "always" },
        word: "Needed",
        saved: "Runs need an approved plan now.",
      }}
      unticked={{
        wish: { approval: "never" },
        word: "Not needed",
        saved: "Runs need no plan any more.",
      }}
    >
      Then nothing is written that nobody has seen before. Plans can be made either way.
    </Choice>
  );
}
