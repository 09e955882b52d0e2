import type { ReactNode } from "react";
import { $api } from "../api/client";
import { useMay } from "../api/session";
import type { Dataset } from "../api/types";
import { formatAmount } from "../ui/format";
import { Loaded } from "../ui/loaded";
import { Page } from "../ui/page";
import { Tabs } from "../ui/tabs";

interface FrameProps {
  id: string;
  /** Which of the sister pages: stands in the window's title. */
  tab?: string;
  actions?: ReactNode;
  children: (dataset: Dataset) => ReactNode;
}

/** The head that all pages of one dataset share. */
export function DatasetFrame({ id, tab, actions, children }: FrameProps) {
  const dataset = useDataset(id);
  const mayWrite = useMay("dataset:write");
  const { name, records, key_field } = dataset.data ?? {};
  const tabs = [
    { to: `/datasets/${id}`, label: "Records" },
    { to: `/datasets/${id}/imports`, label: "Imports" },
    ...(mayWrite ? [{ to: `/datasets/${id}/settings`, label: "Settings" }] : []),
  ];
  return (
    <Page
      title={name && (tab ? `${name}: ${tab}` : name)}
      crumbs={[{ label: "Datasets", to: "/datasets" }]}
      lead={
        records !== undefined && `${formatAmount(records, "record")}, told apart by ${key_field}`
      }
      actions={actions}
    >
      <Tabs label="Dataset" tabs={tabs} />
      <Loaded query={dataset}>{children}</Loaded>
    </Page>
  );
}

export function useDataset(id: string) {
  return $api.useQuery("get", "/datasets/{id}", { params: { path: { id } } });
}
