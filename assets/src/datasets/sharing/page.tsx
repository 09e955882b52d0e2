import { getRouteApi } from "@tanstack/react-router";
import { useMay } from "../../api/session";
import type { Dataset } from "../../api/types";
import { AddShare } from "../../sharing/add";
import { Leave } from "../../sharing/leave";
import { Shares } from "../../sharing/list";
import { MayNotShare } from "../../sharing/may-not";
import { Panel } from "../../ui/page";
import { deeds } from "../access";
import { DatasetFrame } from "../frame";
import { Hooks } from "../hooks/panel";
import { Inlets } from "../inlets/panel";
import { useShareable } from "./shareable";

const route = getRouteApi("/signed-in/datasets/$id/sharing");

/** Who else has the dataset; for those whom it is shared with, what they may do. */
export function DatasetSharing() {
  const { id } = route.useParams();
  const mayShare = useMay("dataset:share");
  return (
    <DatasetFrame id={id} tab="Sharing">
      {(dataset) => {
        if (dataset.access !== "owner") return <Borrowed dataset={dataset} />;
        return mayShare ? <Owned dataset={dataset} /> : <MayNotShare />;
      }}
    </DatasetFrame>
  );
}

function Owned({ dataset }: { dataset: Dataset }) {
  const thing = useShareable(dataset);
  return (
    <>
      <Panel title="Share it">
        <p className="quiet-value">
          Only you rename, delete and share it. Everybody syncs through connections of their own.
        </p>
        <AddShare thing={thing} />
      </Panel>
      <Panel title="Shared with">
        <Shares thing={thing} />
      </Panel>
      <Inlets dataset={dataset} />
      <Hooks dataset={dataset} />
    </>
  );
}

function Borrowed({ dataset }: { dataset: Dataset }) {
  const thing = useShareable(dataset);
  return (
    <Panel title={`Shared by ${dataset.shared_by}`}>
      <p className="quiet-value">You may {deeds[dataset.access]}.</p>
      <Leave thing={thing} />
    </Panel>
  );
}
