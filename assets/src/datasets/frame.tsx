import type { ReactNode } from "react";
import { $api } from "../api/client";
import { useMay } from "../api/session";
import type { Dataset } from "../api/types";
import { BookLink } from "../book/link";
import { SharedBy } from "../sharing/shared-by";
import { formatAmount } from "../ui/format";
import { Tabs } from "../ui/tabs";
import { ThingPage } from "../ui/thing-page";

interface FrameProps {
  id: string;
  /** Which of the sister pages: stands in the window's title. */
  tab?: string;
  actions?: (dataset: Dataset) => ReactNode;
  children: (dataset: Dataset) => ReactNode;
}

/** The head that all pages of one dataset share. */
export function DatasetFrame({ id, tab, actions, children }: FrameProps) {
  const dataset = useDataset(id);
  const mayWrite = useMay("dataset:write");
  // Most are; one that turns out to be somebody else's loses the tab.
  const isMine = dataset.data?.shared_by === undefined;
  const tabs = [
    { to: `/datasets/${id}`, label: "Records" },
    { to: `/datasets/${id}/imports`, label: "Imports" },
    { to: `/datasets/${id}/sharing`, label: "Sharing" },
    ...(mayWrite && isMine ? [{ to: `/datasets/${id}/settings`, label: "Settings" }] : []),
  ];
  return (
    <ThingPage
      query={dataset}
      crumbs={[{ label: "Datasets", to: "/datasets" }]}
      titleOf={({ name }) => (tab ? `${name}: ${tab}` : name)}
      lead={({ records, key_field, access, shared_by }) => (
        <>
          <span>
            {formatAmount(records, "record")}, told apart by {key_field}
          </span>
          {shared_by && <SharedBy access={access} owner={shared_by} />}
          <BookLink id={id} />
        </>
      )}
      actions={actions}
      tabs={<Tabs label="Dataset" tabs={tabs} />}
    >
      {children}
    </ThingPage>
  );
}

export function useDataset(id: string) {
  return $api.useQuery("get", "/datasets/{id}", { params: { path: { id } } });
}
