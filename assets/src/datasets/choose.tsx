import { useState } from "react";
import {
  Button as AriaButton,
  type DropItem,
  DropZone,
  type FileDropItem,
  FileTrigger,
} from "react-aria-components";
import type { ImportFormat } from "../api/types";
import { Icon } from "../ui/icon";
import { Notice } from "../ui/notice";
import { acceptedEndings, formatOf } from "./file";

export interface ChosenFile {
  file: File;
  format: ImportFormat;
}

interface ChooseFileProps {
  onChosen: (chosen: ChosenFile) => void;
  /** What becomes of the file once it is chosen. */
  note: string;
}

/** Takes a file by drop or by dialog; refuses what cannot be imported. */
export function ChooseFile({ onChosen, note }: ChooseFileProps) {
  const [refused, setRefused] = useState("");
  const take = (file: File | undefined) => {
    if (!file) return;
    const format = formatOf(file.name);
    setRefused(format ? "" : file.name);
    if (format) onChosen({ file, format });
  };
  return (
    <div className="stack">
      <DropZone
        className="drop"
        aria-label="Drop a file here"
        onDrop={async ({ items }) => take(await items.find(isFile)?.getFile())}
      >
        <Icon name="upload" />
        <p>Drop a CSV, JSON or NDJSON file here</p>
        <FileTrigger acceptedFileTypes={acceptedEndings} onSelect={(files) => take(files?.[0])}>
          <AriaButton className="button primary">Choose a file</AriaButton>
        </FileTrigger>
        <p className="quiet">{note}</p>
      </DropZone>
      {refused && (
        <Notice tone="bad" title={`${refused} cannot be imported`}>
          <p>Files end in .csv, .json, .ndjson or .jsonl. Save a spreadsheet as CSV first.</p>
        </Notice>
      )}
    </div>
  );
}

function isFile(item: DropItem): item is FileDropItem {
  return item.kind === "file";
}
