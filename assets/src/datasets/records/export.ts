import type { ImportFormat } from "../../api/types";
import { mediaTypes } from "../../api/upload";

const formatNames: Record<ImportFormat, string> = {
  csv: "CSV",
  json: "JSON",
  ndjson: "NDJSON, one record a line",
};

/** A link to a file in each format. */
export function exportItems(address: string) {
  return (Object.keys(mediaTypes) as ImportFormat[]).map((format) => ({
    id: format,
    label: formatNames[format],
    href: `${address}?format=${format}`,
    download: "",
  }));
}
