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

/** Closes the draft, in the order of the dataset's fields: what is sent to the appliance. */
export function finishMapping(draft: MappingDraft, fields: readonly Field[]): Mapping[] {
  return fields.flatMap(({ name }) => {
    const remote = draft[name];
    return remote ? [{ field: name, remote_field_id: remote }] : [];
  });
}

/** The remote fields that values can be written into. */
export function writableFields(fields: readonly RemoteField[]): RemoteField[] {
  return fields.filter(({ writable }) => writable);
}
