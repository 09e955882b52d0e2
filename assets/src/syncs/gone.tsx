import type { Sync } from "../api/types";
import { formatAmount } from "../ui/format";
import { Choice } from "./choice";

/** What becomes of records here that are gone there. */
export function GoneChoice({ sync }: { sync: Sync }) {
  const isBoth = sync.direction === "two_way";
  return (
    <Choice
      sync={sync}
      part="What is gone there"
      label={
        isBoth
          ? "Delete here what is gone there"
          : "Delete here what this sync has brought and what is gone there"
      }
      isTicked={({ gone }) => gone === "delete"}
      ticked={{
        wish: { gone: "delete" },
        word: "Deleted",
        saved: "What is gone there is deleted here.",
      }}
      unticked={{ wish: { gone: "keep" }, word: "Kept", saved: "Nothing is deleted here." }}
    >
      {isBoth
        ? "What was edited here and is gone there is a conflict."
        : "What somebody has changed here stays."}{" "}
      More than {formatAmount(sync.gone_most ?? 0, "record")}, or {sync.gone_percent} % of all,{" "}
      {isBoth ? "are held" : "go by an approved plan alone"}; an empty table deletes nothing.
    </Choice>
  );
}
