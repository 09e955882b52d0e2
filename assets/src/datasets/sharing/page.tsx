import { getRouteApi } from "@tanstack/react-router";
import { useMay } from "../../api/session";
import type { Dataset } from "../../api/types";
import { Notice } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { deeds } from "../access";
import { DatasetFrame } from "../frame";
import { Hooks } from "../hooks/panel";
import { Inlets } from "../inlets/panel";
import { AddShare } from "./add";
import { Leave } from "./leave";
import { Shares } from "./list";

const route = getRouteApi("/signed-in/datasets/$id/sharing");

/** Who else has the dataset; for those whom it is shared with, what they may do. */
export function DatasetSharing() {
  const { id } = route.useParams();
  const mayShare = useMay("dataset:share");
  return (
    <DatasetFrame id={id} tab="Sharing">
      {(dataset) => {
        if (dataset.access !== "owner") return <Borrowed dataset={dataset} />;
        return mayShare ? <Owned dataset={dataset} /> : <MayNot />;
      }}
    </DatasetFrame>
  );
}

function Owned({ dataset }: { dataset: Dataset }) {
  return (
    <>
      <Panel title="Share it">
        <p className="quiet-value">
          Only you rename, delete and share it. Everybody syncs through connections of their own.
        </p>
        <AddShare dataset={dataset} />
      </Panel>
      <Panel title="Shared with">
        <Shares dataset={dataset} />
      </Panel>
      <Inlets dataset={dataset} />
      <Hooks dataset={dataset} />
    </>
  );
}

function Borrowed({ dataset }: { dataset: Dataset }) {
  return (
    <Panel title={`Shared by ${dataset.shared_by}`}>
      <p className="quiet-value">You may {deeds[dataset.access]}.</p>
      <Leave dataset={dataset} />
    </Panel>
  );
}

function MayNot() {
  return (
    <Notice tone="info" title="Your roles do not let you share">
      <p>An administrator can give you the role of a member.</p>
    </Notice>
  );
}
