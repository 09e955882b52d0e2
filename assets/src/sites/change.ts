import { client } from "../api/client";
import { useGuarded } from "../api/guarded";
import { useRefresh } from "../api/queries";
import type { Site, SiteChange } from "../api/types";
import { announce } from "../ui/announce";

/**
 * A change of a site's settings, which is made only if nobody else made one since it was opened.
 *
 * `announced` is told once it is saved; `leave` then lets go of what was typed, and takes in the
 * site as it is.
 */
export function useSiteChange<Wish>(
  { id }: Site,
  bodyOf: (wish: Wish) => SiteChange,
  { announced, onDone }: { announced: string; onDone: () => void },
) {
  const refresh = useRefresh();
  const leave = () => {
    onDone();
    return refresh("/sites");
  };
  const save = useGuarded({
    read: async () => {
      const { data } = await client.GET("/sites/{id}", { params: { path: { id } } });
      return data as Site;
    },
    write: (wish: Wish, tag) =>
      client.PATCH("/sites/{id}", {
        params: { path: { id }, header: { "If-Match": tag } },
        body: bodyOf(wish),
      }),
    onSaved: () => {
      announce(announced);
      return leave();
    },
  });
  return { save, leave };
}
