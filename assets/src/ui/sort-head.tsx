import { Button } from "./button";
import { Icon } from "./icon";
import { sortOf } from "./sort";

interface SortHeadProps {
  /** What stands in the address for the column. */
  field: string;
  label: string;
  /** The order as it is. */
  sort: string | undefined;
  onSort: (next: string | undefined) => void;
}

/** A column's head that changes the order of the rows. */
export function SortHead({ field, label, sort, onSort }: SortHeadProps) {
  const { state, next } = sortOf(field, sort);
  return (
    <Button look="plain" onPress={() => onSort(next)}>
      {label}
      <span className="sort-mark">
        {state !== "none" && <Icon name={state === "ascending" ? "arrowUp" : "arrowDown"} />}
      </span>
    </Button>
  );
}
