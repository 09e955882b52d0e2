import { createContext, useContext, useRef } from "react";
import { client } from "../api/client";
import { tagOf, useGuarded } from "../api/guarded";
import { useRefresh } from "../api/queries";
import type { Site, SiteChange } from "../api/types";
import { announce } from "../ui/announce";

/** Which version each change of a page has made of which, by their tags. */
export type Made = Map<string, string>;

/**
 * What the forms of one page have changed so far.
 *
 * Each of them changes other settings of the same site, which has one version: what one has saved
 * is no reason to refuse the next, which was begun before.
 */
export const OwnChanges = createContext<Made>(new Map());

/** The version that has come of one by the page's own changes alone. */
export function newestOf(tag: string, own: Made): string {
  const next = own.get(tag);
  return next === undefined ? tag : newestOf(next, own);
}

/**
 * A change of a site's settings, which is made only if nobody else made one since it was opened.
 *
 * `announced` is told once it is saved; `leave` then lets go of what was typed, and takes in the
 * site as it is. The form, which has `form`, begins anew with it: the keyboard waits at its heading.
 */
export function useSiteChange<Wish>(
  { id }: Site,
  bodyOf: (wish: Wish) => SiteChange,
  { announced, onDone }: { announced: string; onDone: () => void },
) {
  const own = useContext(OwnChanges);
  const form = useRef<HTMLFormElement>(null);
  const refresh = useRefresh();
  const leave = () => {
    focusAbove(form.current);
    onDone();
    return refresh("/sites");
  };
  const save = useGuarded({
    line: `site ${id}`,
    read: async () => {
      const { data } = await client.GET("/sites/{id}", { params: { path: { id } } });
      return data as Site;
    },
    write: async (wish: Wish, tag) => {
      const newest = newestOf(tag, own);
      const { data } = await client.PATCH("/sites/{id}", {
        params: { path: { id }, header: { "If-Match": newest } },
        body: bodyOf(wish),
      });
      const made = tagOf((data as Site).version);
      // A change that changes nothing makes no version.
      if (made !== newest) own.set(newest, made);
    },
    onSaved: () => {
      announce(announced);
      return leave();
    },
  });
  return { save, leave, form };
}

/** Takes the keyboard to what heads a form that goes, unless it is elsewhere already. */
function focusAbove(form: HTMLFormElement | null): void {
  const now = document.activeElement;
  if (now !== document.body && !form?.contains(now)) return;
  const heading = form?.closest(".panel")?.querySelector("h2") ?? document.querySelector("h1");
  heading?.focus({ preventScroll: true });
}
