import { Select } from "../../ui/fields";

interface PickProps<Thing> {
  label: string;
  from: readonly Thing[];
  chosen: string | undefined;
  note?: (thing: Thing) => string;
  onChoose: (id: string) => void;
}

/** One out of what there is, by its name. */
export function Pick<Thing extends { id: string; name: string }>(props: PickProps<Thing>) {
  const { label, from, chosen, note, onChoose } = props;
  return (
    <Select
      label={label}
      options={from.map((thing) => ({ value: thing.id, label: thing.name, note: note?.(thing) }))}
      value={from.some(({ id }) => id === chosen) ? (chosen ?? null) : null}
      onChange={onChoose}
    />
  );
}

/** The one there is, where there is no choice. */
export function onlyOne(from: readonly { id: string }[]): string | undefined {
  return from.length === 1 ? from[0]?.id : undefined;
}
