import { readTexts, type Texts } from "../ui/address";

/** What is shown of the list, and the user who is open: an id, or `new`. */
export type UserSearch = Texts<"q" | "sort" | "user">;

/** Reads the address of the list. */
export function readUserSearch(search: Record<string, unknown>): UserSearch {
  return readTexts(search, ["q", "sort", "user"]);
}
