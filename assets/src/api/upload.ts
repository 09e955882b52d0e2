import { apiBase } from "./client";
import { csrfToken } from "./csrf";
import { readProblem, Unreachable } from "./problem";
import type { Import, ImportFormat } from "./types";

/** Media types of the formats that can be imported. */
export const mediaTypes: Record<ImportFormat, string> = {
  csv: "text/csv",
  json: "application/json",
  ndjson: "application/x-ndjson",
};

export interface Upload {
  datasetId: string;
  file: File;
  format: ImportFormat;
  /** Told how many bytes have left this machine. */
  onSent: (bytes: number) => void;
  signal: AbortSignal;
}

/**
 * Sends a file as it is, and answers with the import's report.
 *
 * `XMLHttpRequest`, because `fetch` tells nothing of an upload's progress.
 */
export function importFile({ datasetId, file, format, onSent, signal }: Upload): Promise<Import> {
  const query = new URLSearchParams({ format, file_name: file.name });
  const request = new XMLHttpRequest();
  request.open("POST", `${apiBase}/datasets/${encodeURIComponent(datasetId)}/imports?${query}`);
  request.setRequestHeader("content-type", mediaTypes[format]);
  request.setRequestHeader("x-csrf-token", csrfToken() ?? "");
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => settle(request).then(resolve, reject);
    request.onerror = () => reject(new Unreachable("upload"));
    request.onabort = () => reject(new DOMException("The import was stopped.", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

async function settle(request: XMLHttpRequest): Promise<Import> {
  const type = request.getResponseHeader("content-type") ?? "";
  const response = new Response(request.responseText, {
    status: request.status,
    statusText: request.statusText,
    headers: { "content-type": type },
  });
  if (!response.ok) throw await readProblem(response);
  return response.json();
}
