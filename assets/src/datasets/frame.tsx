import type { ReactNode } from "react";
import { $api } from "../api/client";
import { useMay } from "../api/session";
import type { Dataset } from "../api/types";
import { BookLink } from "../book/link";
import { formatAmount } from "../ui/format";
import { Tabs } from "../ui/tabs";
import { ThingPage } from "../ui/thing-page";

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
  const tabs = [
    { to: `/datasets/${id}`, label: "Records" },
    { to: `/datasets/${id}/imports`, label: "Imports" },
    ...(mayWrite ? [{ to: `/datasets/${id}/settings`, label: "Settings" }] : []),
  ];
  return (
    <ThingPage
      query={dataset}
      crumbs={[{ label: "Datasets", to: "/datasets" }]}
      titleOf={({ name }) => (tab ? `${name}: ${tab}` : name)}
      lead={({ records, key_field }) => (
        <>
          <span>
            {formatAmount(records, "record")}, told apart by {key_field}
          </span>
          <BookLink id={id} />
        </>
      )}
      actions={() => actions}
      tabs={<Tabs label="Dataset" tabs={tabs} />}
    >
      {children}
    </ThingPage>
  );
}

export function useDataset(id: string) {
  return $api.useQuery("get", "/datasets/{id}", { params: { path: { id } } });
}
