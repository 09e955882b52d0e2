import type { ShareLevel } from "../../api/types";
import type { Option } from "../../ui/fields";

/** How far a dataset can be shared, the least first. */
export const levels: readonly [Option<ShareLevel>, ...Option<ShareLevel>[]] = [
  { value: "view", label: "May view", note: "See and export records." },
  { value: "use", label: "May use", note: "Make syncs from it, too." },
  { value: "edit", label: "May edit", note: "Add, change and delete records, too." },
];
