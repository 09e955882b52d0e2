import { useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { $api, apiBase, client } from "../../api/client";
import { useRefresh } from "../../api/queries";
import type { Dataset } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { formatAmount, formatCount } from "../../ui/format";
import { Menu } from "../../ui/menu";
import { Failure } from "../../ui/notice";
import { exportItems } from "./export";

const route = getRouteApi("/signed-in/datasets/$id");

/** How many records are picked, and what can be done with them. */
export function SelectionBar({ dataset }: { dataset: Dataset }) {
  const { id } = dataset;
  const params = { path: { id } };
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const selection = $api.useQuery("get", "/datasets/{id}/selection", { params });
  const change = useChange(dataset);
  const count = selection.data?.records ?? 0;
  const isNarrowed = Boolean(search.q || search.filter);
  if (!selection.data) return <Failure error={selection.error} />;
  return (
    <>
      <section className="selection between" aria-label="Selection">
        <p data-some={count > 0 || undefined}>
          {count === 0 ? "No record selected" : `${formatAmount(count, "record")} selected`}
        </p>
        <div className="actions">
          {!search.selected && (
            <Button
              isDisabled={change.isPending}
              onPress={() => change.mutate({ filter: search.filter, q: search.q })}
            >
              {isNarrowed ? "Select all that match" : `Select all ${formatCount(dataset.records)}`}
            </Button>
          )}
          {count > 0 && !search.selected && (
            <Button onPress={() => navigate({ search: { selected: "yes" } })}>Show selected</Button>
          )}
          {search.selected && (
            <Button onPress={() => navigate({ search: {} })}>Show all records</Button>
          )}
          {count > 0 && (
            <>
              <Menu
                label="Export selected"
                icon="download"
                items={exportItems(`${apiBase}/datasets/${id}/selection/export`)}
              />
              <Button isDisabled={change.isPending} onPress={() => change.mutate("clear")}>
                Clear selection
              </Button>
            </>
          )}
        </div>
      </section>
      <Failure error={change.error} />
    </>
  );
}

function useChange({ id }: Dataset) {
  const params = { path: { id } };
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async (what: { filter?: string; q?: string } | "clear") => {
      if (what === "clear") {
        await client.DELETE("/datasets/{id}/selection", { params });
        return 0;
      }
      const { data } = await client.POST("/datasets/{id}/selection/matching", {
        params,
        body: { ...what, replace: false },
      });
      return data?.records ?? 0;
    },
    onSuccess: async (count) => {
      await refresh("/datasets/{id}/selection");
      announce(
        count === 0 ? "No record is selected." : `${formatAmount(count, "record")} selected.`,
      );
    },
  });
}
