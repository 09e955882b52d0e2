import type { Conflict, ConflictField, ConflictVerdict } from "../api/types";

/** What both sides have done with a record. */
export function kindWord(kind: Conflict["kind"]): string {
  switch (kind) {
    case "changed":
      return "Changed on both sides";
    case "deleted_there":
      return "Changed here, deleted there";
    case "deleted_here":
      return "Changed there, deleted here";
  }
}

/** What somebody takes for one field; nothing yet when left out. */
export type Taken = "local" | "remote" | { value: string };
export type Choices = Record<string, Taken>;

/** The fields that somebody has to decide. */
export function disputedFields({ fields }: Conflict): ConflictField[] {
  return fields.filter(({ disputed }) => disputed);
}

/** The decision as it is sent; nothing while a field is left open. */
export function verdictOf(conflict: Conflict, choices: Choices): ConflictVerdict | undefined {
  const disputed = disputedFields(conflict);
  if (disputed.some(({ field }) => choices[field] === undefined)) return undefined;
  return {
    fields: disputed.map(({ field }) => {
      const taken = choices[field];
      return typeof taken === "object" ? { field, value: taken.value } : { field, side: taken };
    }),
  };
}

/** Every disputed field from one side. */
export function allFrom(conflict: Conflict, side: "local" | "remote"): Choices {
  return Object.fromEntries(disputedFields(conflict).map(({ field }) => [field, side]));
}

/** What was decided, in words. */
export function solutionWords({ solution }: Conflict): string {
  if (!solution) return "";
  const parts = solution.fields.map(({ field, side, value }) =>
    side ? `${field}: ${sideWord(side)}` : `${field}: ${value ? `“${value}”` : "empty"}`,
  );
  if (solution.side) parts.unshift(`${sideWord(solution.side)} where nothing else is said`);
  return parts.join("; ");
}

export function sideWord(side: "local" | "remote"): string {
  return side === "local" ? "what is here" : "what is there";
}
