import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { client } from "../../api/client";
import { refreshIn } from "../../api/queries";
import type { AdFeed } from "../../api/types";
import { announce } from "../../ui/announce";

/** The addresses of which something else is read once a feed has changed. */
export const touches = ["/sites/{id}/feeds", "/sites/{id}/costs", "/sites/{id}/overview"];

/**
 * Has a feed fetched now, and follows that to its end: both are told.
 *
 * It is under way as long as the feed is due at the moment for which it was asked, or as it was
 * before, until that is read.
 */
export function useFetch(siteId: string, feed: AdFeed) {
  const [asked, setAsked] = useState<{ before?: string | undefined; due?: string | undefined }>();
  const queries = useQueryClient();
  const ask = useMutation({
    mutationFn: () =>
      client.POST("/sites/{id}/feeds/{feed}/fetch", {
        params: { path: { id: siteId, feed: feed.id } },
      }),
    onSuccess: async ({ data }) => {
      announce(`${feed.name} is fetched now.`);
      await refreshIn(queries, ...touches);
      setAsked({ before: feed.next_fetch_at, due: data?.next_fetch_at });
    },
  });
  const { name, trouble, next_fetch_at: next } = feed;
  const isDue = asked !== undefined && (next === asked.due || next === asked.before);
  const hasEnded = asked !== undefined && !isDue;
  const end = trouble ? `${name} could not be fetched: ${trouble.message}` : `${name} is fetched.`;
  useEffect(() => {
    if (!hasEnded) return;
    setAsked(undefined);
    announce(end);
    void refreshIn(queries, ...touches);
  }, [hasEnded, end, queries]);
  return { fetchNow: ask, isFetching: ask.isPending || isDue };
}
