import type { ImportFormat } from "../api/types";

/** How much of a file is read to propose its fields. */
export const previewBytes = 256 * 1024;

export const acceptedEndings = [".csv", ".json", ".ndjson", ".jsonl"];

/** A file's format by its name's ending; `undefined` for one that cannot be imported. */
export function formatOf(fileName: string): ImportFormat | undefined {
  const ending = fileName.toLowerCase().match(/\.[a-z]+$/)?.[0];
  switch (ending) {
    case ".csv":
      return "csv";
    case ".json":
      return "json";
    case ".ndjson":
    case ".jsonl":
      return "ndjson";
    default:
      return undefined;
  }
}

/** A name for the dataset that a file becomes: `us-airports.csv` → "Us airports". */
export function datasetNameOf(fileName: string): string {
  const words = fileName
    .replace(/\.[a-z]+$/i, "")
    .replace(/[-_]+/g, " ")
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
