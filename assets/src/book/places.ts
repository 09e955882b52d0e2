import type { Thing } from "./line";

/** Where things of a kind have their pages. */
const pages: Record<string, (id: string) => string> = {
  dataset: (id) => `/datasets/${id}`,
  connection: (id) => `/connections/${id}`,
  sync: (id) => `/syncs/${id}`,
  run: (id) => `/runs/${id}`,
  site: (id) => `/sites/${id}`,
  user: (id) => `/users?user=${id}`,
};

/** The page of a thing that a line names; it may have been deleted since. */
export function pageOf({ kind, id }: Thing): string | undefined {
  return id ? pages[kind]?.(encodeURIComponent(id)) : undefined;
}
