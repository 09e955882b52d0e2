import { useMutation } from "@tanstack/react-query";
import { client } from "../../api/client";
import type { components } from "../../api/schema";
import { leaveFor } from "./leave";

type Wish = components["schemas"]["NewAuthorization"];

/** Sends the browser to the provider's page; this page is gone when that succeeds. */
export function useBegin() {
  return useMutation({
    mutationFn: async (body: Wish) => {
      const { data } = await client.POST("/connections/authorizations", { body });
      return data?.address ?? "";
    },
    onSuccess: leaveFor,
  });
}
