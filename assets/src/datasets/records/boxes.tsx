import { useRef } from "react";
import type { Dataset, DatasetRecord } from "../../api/types";
import { Checkbox } from "../../ui/fields";
import { useShiftKey } from "../../ui/shift-key";
import type { Column } from "../../ui/table";
import { rangeOf, type usePicking } from "./picking";

/** The column of boxes that pick records; with Shift, all from the one that was pressed before. */
export function useBoxes(
  dataset: Dataset,
  keys: readonly string[],
  { picked, pick }: ReturnType<typeof usePicking>,
): Column<DatasetRecord> {
  const isShift = useShiftKey();
  const last = useRef<string>(undefined);
  const count = keys.filter((key) => picked.has(key)).length;
  const press = (key: string, isPicked: boolean) => {
    pick(isShift() ? rangeOf(keys, last.current, key) : [key], isPicked);
    last.current = key;
  };
  return {
    id: "picked",
    isMark: true,
    label: "Selected",
    head: (
      <Checkbox
        label={`Select all records of ${dataset.name} on this page`}
        isSelected={count > 0 && count === keys.length}
        isIndeterminate={count > 0 && count < keys.length}
        onChange={(isPicked) => pick(keys, isPicked)}
      />
    ),
    cell: ({ key }) => (
      <Checkbox
        label={`Select ${key}`}
        isSelected={picked.has(key)}
        onChange={(isPicked) => press(key, isPicked)}
      />
    ),
  };
}
