import { apiBase } from "./client";
import { csrfToken } from "./csrf";
import { readProblem, Unreachable } from "./problem";
import type { EventsImported, Import, ImportFormat } from "./types";

/** Media types of the formats that can be imported. */
export const mediaTypes: Record<ImportFormat, string> = {
  csv: "text/csv",
  json: "application/json",
  ndjson: "application/x-ndjson",
};

export interface Upload {
  file: File;
  format: ImportFormat;
  /** Told how many bytes have left this machine. */
  onSent: (bytes: number) => void;
  signal: AbortSignal;
}

/** Sends a file to a dataset, and answers with the import's report. */
export function importFile({
  datasetId,
  ...upload
}: Upload & { datasetId: string }): Promise<Import> {
  const query = new URLSearchParams({ format: upload.format, file_name: upload.file.name });
  return send(`/datasets/${encodeURIComponent(datasetId)}/imports?${query}`, upload);
}

/** Sends a file of events to a site, and answers with what became of them. */
export function importEvents({
  siteId,
  ...upload
}: Upload & { siteId: string }): Promise<EventsImported> {
  const query = new URLSearchParams({ format: upload.format });
  return send(`/sites/${encodeURIComponent(siteId)}/imports?${query}`, upload);
}

/**
 * Sends a file as it is.
 *
 * `XMLHttpRequest`, because `fetch` tells nothing of an upload's progress.
 */
function send<T>(path: string, { file, format, onSent, signal }: Upload): Promise<T> {
  const request = new XMLHttpRequest();
  request.open("POST", `${apiBase}${path}`);
  request.setRequestHeader("content-type", mediaTypes[format]);
  request.setRequestHeader("x-csrf-token", csrfToken() ?? "");
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => settle<T>(request).then(resolve, reject);
    request.onerror = () => reject(new Unreachable("upload"));
    request.onabort = () => reject(new DOMException("The import was stopped.", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

async function settle<T>(request: XMLHttpRequest): Promise<T> {
  const type = request.getResponseHeader("content-type") ?? "";
  const response = new Response(request.responseText, {
    status: request.status,
    statusText: request.statusText,
    headers: { "content-type": type },
  });
  if (!response.ok) throw await readProblem(response);
  return response.json();
}
