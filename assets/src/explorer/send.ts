import { apiBase } from "../api/client";
import { csrfToken } from "../api/csrf";
import type { Call } from "./call";

/** What the appliance answered. */
export interface Heard {
  status: number;
  statusText: string;
  headers: [string, string][];
  body: string;
  /** Whether there is more of the body than is shown. */
  isCut: boolean;
  ms: number;
}

/** More of a body is not shown; a stream of events may have no end. */
const mostBytes = 128 * 1024;

/** Whether a call changes nothing. */
export function isSafe(method: string): boolean {
  return method === "GET";
}

/** Makes the call with the session of the browser, as every page does. */
export async function send(call: Call): Promise<Heard> {
  const began = performance.now();
  const token = csrfToken();
  const headers = new Headers(call.headers);
  if (token && !isSafe(call.method)) headers.set("x-csrf-token", token);
  const request = new Request(`${location.origin}${apiBase}${call.path}`, {
    method: call.method,
    headers,
    body: call.body,
  });
  const answer = await globalThis.fetch(request);
  const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  const { text, isCut } = await beginningOf(answer, isStream);
  return {
    status: answer.status,
    statusText: answer.statusText,
    headers: [...answer.headers.entries()],
    body: pretty(text),
    isCut,
    ms: Math.round(performance.now() - began),
  };
}

/** Reads as much of a body as is shown: of a stream what comes first. */
async function beginningOf(answer: Response, isStream: boolean) {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let [text, size, isCut] = ["", 0, false];
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
    size += value.length;
    if (size >= mostBytes || isStream) {
      isCut = true;
      await reader.cancel();
      break;
    }
  }
  return { text: text.slice(0, mostBytes), isCut };
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
