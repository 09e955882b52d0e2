import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { $api } from "../../api/client";
import { rowsOf, useConnections, useDatasets } from "../../api/lists";
import type { Base, Connection, Dataset, Proposal, RemoteTable } from "../../api/types";
import { useBases, useTables } from "../../connections/bases";
import { Failure, Notice } from "../../ui/notice";
import { changeDraft, draftProposal, type MappingDraft, type Ways } from "../mapping";

const route = getRouteApi("/signed-in/syncs/new");

/** Both ends, what is proposed between them, and what was made of it. */
export interface Settled {
  dataset: Dataset;
  connection: Connection;
  base: Base;
  table: RemoteTable;
  proposal: Proposal;
  /** As it was proposed. */
  proposed: MappingDraft;
  /** As it is now. */
  mapping: MappingDraft;
  /** Whether records come from the table, and do not go there. */
  isPull: boolean;
  /** Whether they go both ways. */
  isBoth: boolean;
  /** The fields that then go one way alone. */
  ways: Ways;
}

/** Reads what the address names; a name that leads nowhere is said so. */
export function useSettled(): { data?: Settled; failure?: ReactNode } {
  const {
    dataset: datasetId,
    connection: connectionId,
    base: baseId,
    table: tableId,
    map,
    ways,
    direction,
  } = route.useSearch();
  const dataset = rowsOf(useDatasets()).find(({ id }) => id === datasetId);
  const connection = rowsOf(useConnections()).find(({ id }) => id === connectionId);
  const bases = useBases(connectionId ?? "");
  const tables = useTables(connectionId ?? "", baseId ?? "");
  const proposal = useProposal();
  const base = bases.data?.items.find(({ id }) => id === baseId);
  const table = tables.data?.items.find(({ id }) => id === tableId);
  const failed = [proposal, bases, tables].find(({ isError }) => isError);
  if (failed) return { failure: <Failure error={failed.error} onRetry={() => failed.refetch()} /> };
  if (!bases.data || !tables.data || !proposal.data) return {};
  if (!dataset || !connection || !base || !table) return { failure: <Gone /> };
  const proposed = draftProposal(proposal.data, dataset.key_field);
  const mapping = changeDraft(proposed, map ?? {});
  return {
    data: {
      dataset,
      connection,
      base,
      table,
      proposal: proposal.data,
      proposed,
      mapping,
      isPull: direction === "pull",
      isBoth: direction === "two_way",
      ways: ways ?? {},
    },
  };
}

function useProposal() {
  const { dataset = "", connection = "", base = "", table = "", direction } = route.useSearch();
  return $api.useQuery(
    "post",
    "/syncs/proposal",
    {
      body: {
        dataset_id: dataset,
        connection_id: connection,
        base_id: base,
        table_id: table,
        ...(direction && { direction }),
      },
    },
    // What was settled hangs on it: it does not change under the user's hands.
    { staleTime: Number.POSITIVE_INFINITY },
  );
}

function Gone() {
  return (
    <Notice tone="bad" title="One of the ends is not there any more">
      <p>Go back to the first step and choose anew.</p>
    </Notice>
  );
}
