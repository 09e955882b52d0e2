import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../../api/client";
import type { Dataset, Preview } from "../../api/types";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/notice";
import { Page, Panel } from "../../ui/page";
import { ChooseFile, type ChosenFile } from "../choose";
import { previewBytes } from "../file";
import { ImportProgress } from "../imports/progress";
import { ImportReport } from "../imports/report";
import { useImport } from "../imports/run";
import { Describe } from "./describe";

/** How far the new dataset is. */
type Stage =
  | { at: "choosing" }
  | { at: "describing"; chosen?: ChosenFile; preview?: Preview }
  | { at: "importing"; chosen: ChosenFile; dataset: Dataset };

/** From a file to a dataset: choose, look and name, carry in, read the report. */
export function NewDataset() {
  const [stage, setStage] = useState<Stage>({ at: "choosing" });
  const imports = useImport();
  const begin = (chosen: ChosenFile, dataset: Dataset) => {
    setStage({ at: "importing", chosen, dataset });
    imports.carry.mutate({ datasetId: dataset.id, chosen });
  };
  return (
    <Page title="New dataset" crumbs={[{ label: "Datasets", to: "/datasets" }]}>
      {stage.at === "choosing" && <Choosing onStage={setStage} />}
      {stage.at === "describing" && (
        <Describe
          fileName={stage.chosen?.file.name}
          preview={stage.preview}
          onBack={() => setStage({ at: "choosing" })}
          onCreated={(dataset) => stage.chosen && begin(stage.chosen, dataset)}
        />
      )}
      {stage.at === "importing" && (
        <Importing
          {...stage}
          imports={imports}
          onRetry={() => begin(stage.chosen, stage.dataset)}
        />
      )}
    </Page>
  );
}

function Choosing({ onStage }: { onStage: (stage: Stage) => void }) {
  const look = useMutation({
    mutationFn: previewFile,
    onSuccess: (preview, chosen) => onStage({ at: "describing", chosen, preview }),
  });
  return (
    <>
      <Failure error={look.error} />
      <ChooseFile
        onChosen={look.mutate}
        note="Any size. Nothing is stored before you have seen it."
      />
      <p>
        No file at hand?{" "}
        <Button look="plain" onPress={() => onStage({ at: "describing" })}>
          Describe the fields yourself
        </Button>
      </p>
    </>
  );
}

async function previewFile({ file, format }: ChosenFile): Promise<Preview | undefined> {
  const start = await file.slice(0, previewBytes).arrayBuffer();
  const { data } = await client.POST("/datasets/preview", {
    params: { query: { format } },
    // The description knows raw bytes as a text; the serialiser puts the bytes themselves there.
    body: "",
    bodySerializer: () => start,
    headers: { "content-type": "application/octet-stream" },
  });
  return data as Preview | undefined;
}

interface ImportingProps {
  chosen: ChosenFile;
  dataset: Dataset;
  imports: ReturnType<typeof useImport>;
  onRetry: () => void;
}

function Importing({ chosen, dataset, imports: { carry, sent, stop }, onRetry }: ImportingProps) {
  if (carry.isPending) return <ImportProgress file={chosen.file} sent={sent} onStop={stop} />;
  return (
    <Panel title="What became of the file">
      <Failure error={carry.error} onRetry={onRetry} />
      {carry.data && <ImportReport datasetId={dataset.id} done={carry.data} />}
      <div className="actions">
        <Link to="/datasets/$id" params={{ id: dataset.id }} className="button primary">
          Open {dataset.name}
        </Link>
      </div>
    </Panel>
  );
}
