import { client } from "../../api/client";
import { tagOf } from "../../api/guarded";
import type { Segment } from "../../api/types";
import type { Filter } from "../filters/filters";
import type { Calls } from "../kept/calls";

/** What can be done with the segments of a site, where these filters stand on the page. */
export function segmentCalls(siteId: string, filters: Filter[]): Calls<Segment> {
  const one = ({ id, version }: Segment) => ({
    path: { id: siteId, segment: id },
    header: { "If-Match": tagOf(version) },
  });
  return {
    noun: "segment",
    make: async (name) => {
      const params = { path: { id: siteId } };
      const { data } = await client.POST("/sites/{id}/segments", {
        params,
        body: { name, filters },
      });
      return data as Segment;
    },
    change: async (segment, name, takes) => {
      const body = takes === "page" ? { name, filters } : { name };
      const params = one(segment);
      const { data } = await client.PATCH("/sites/{id}/segments/{segment}", { params, body });
      return data as Segment;
    },
    remove: (segment) => client.DELETE("/sites/{id}/segments/{segment}", { params: one(segment) }),
    touches: ["/sites/{id}/segments", "/sites/{id}/reports", "/sites/{id}/funnels"],
    words: {
      keep: "Keep these filters as",
      take: "With the filters that stand here now",
      loss: "Visits and events stay as they are. Addresses and reports that name the segment cannot be counted any more.",
    },
  };
}
