import type { Mapping, RemoteTable, Sync } from "../api/types";
import type { Words } from "../ui/differences";

/** How a sync is to map from now on. */
export interface Wish {
  mapping: Mapping[];
  remote_key_field_id: string | undefined;
  typecast: boolean;
}

/** A sync in words, part by part. */
export function describeSync({ name, mapping, typecast }: Sync): Words {
  const pairs = mapping.map((pair) => [`${pair.field} goes to`, pair.remote_field_name]);
  return {
    Name: name,
    ...Object.fromEntries(pairs),
    "Texts are converted": typecast ? "Yes" : "No",
  };
}

/** The sync as it would be after the wish. */
export function applyWish(sync: Sync, { mapping, typecast }: Wish, table: RemoteTable): Sync {
  const fields = new Map(table.fields.map((field) => [field.id, field]));
  const pairs = mapping.map(({ field, remote_field_id }) => ({
    field,
    remote_field_id,
    remote_field_name: fields.get(remote_field_id)?.name ?? remote_field_id,
    remote_type: fields.get(remote_field_id)?.type ?? "",
  }));
  return { ...sync, mapping: pairs, typecast };
}
