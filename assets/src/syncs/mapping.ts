import type { Field, Mapping, Proposal, RemoteField } from "../api/types";

/** Where each field goes, by its name; fields that stay here are not in it. */
export type MappingDraft = Record<string, string>;

/** Opens a mapping for editing. */
export function draftMapping(mapping: readonly Mapping[]): MappingDraft {
  return Object.fromEntries(mapping.map((pair) => [pair.field, pair.remote_field_id]));
}

/** Opens a proposal for editing: what is said to hold the key is where the key field goes. */
export function draftProposal(proposal: Proposal, keyField: string): MappingDraft {
  const draft = draftMapping(proposal.mapping);
  const key = proposal.remote_key_field_id;
  return key ? pointField(draft, keyField, key) : draft;
}

/** Points one field elsewhere, or nowhere; a remote field takes from one field only. */
export function pointField(draft: MappingDraft, field: string, remoteId: string): MappingDraft {
  const others = Object.entries(draft).filter(([name, id]) => name !== field && id !== remoteId);
  return Object.fromEntries(remoteId ? [...others, [field, remoteId]] : others);
}

/** Gives one value another name, or none; what others are called is theirs. */
export function nameField(draft: MappingDraft, field: string, name: string): MappingDraft {
  const others = Object.entries(draft).filter(([one]) => one !== field);
  return Object.fromEntries(name ? [...others, [field, name]] : others);
}

/** A proposal with some fields pointed elsewhere; an empty place means that a field stays. */
export function changeDraft(
  proposed: MappingDraft,
  changes: Readonly<Record<string, string>>,
): MappingDraft {
  const all = Object.entries({ ...proposed, ...changes });
  return Object.fromEntries(all.filter(([, remoteId]) => remoteId !== ""));
}

/** What must be changed about a proposal to come to a draft. */
export function changesOf(proposed: MappingDraft, draft: MappingDraft): Record<string, string> {
  const fields = new Set([...Object.keys(proposed), ...Object.keys(draft)]);
  const changed = [...fields].filter((field) => proposed[field] !== draft[field]);
  return Object.fromEntries(changed.map((field) => [field, draft[field] ?? ""]));
}

/** By their names, the fields of a two-way sync that go one way alone. */
export type Ways = Record<string, "push" | "pull">;

/** The ways of a mapping. */
export function waysOf(mapping: readonly Mapping[]): Ways {
  const ways = mapping.flatMap(({ field, direction }) =>
    direction === "push" || direction === "pull" ? [[field, direction] as const] : [],
  );
  return Object.fromEntries(ways);
}

/** Lets a field go this way, or both. */
export function turnField(ways: Ways, field: string, way: "both" | "push" | "pull"): Ways {
  const { [field]: _before, ...others } = ways;
  return way === "both" ? others : { ...others, [field]: way };
}

/** Closes the draft, in the order of the dataset's fields: what is sent to the appliance. */
export function finishMapping(
  draft: MappingDraft,
  fields: readonly Field[],
  ways: Readonly<Ways> = {},
): Mapping[] {
  return fields.flatMap(({ name }) => {
    const remote = draft[name];
    const way = ways[name];
    const pair = { field: name, remote_field_id: remote ?? "" };
    return remote ? [way ? { ...pair, direction: way } : pair] : [];
  });
}

/** The remote fields that values can be written into. */
export function writableFields(fields: readonly RemoteField[]): RemoteField[] {
  return fields.filter(({ writable }) => writable);
}
