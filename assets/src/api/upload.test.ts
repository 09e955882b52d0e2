import { afterEach, expect, it, vi } from "vitest";
import { refusedImport } from "../testing/samples";
import { rememberCsrfToken } from "./csrf";
import { ApiProblem, Unreachable } from "./problem";
import { importFile } from "./upload";

/** An XMLHttpRequest whose end the test decides. */
class FakeRequest {
  static last: FakeRequest;
  upload: { onprogress?: (event: { loaded: number }) => void } = {};
  headers: Record<string, string> = {};
  status = 200;
  statusText = "";
  responseText = JSON.stringify(refusedImport);
  type = "application/json";
  address = "";
  onload = () => {};
  onerror = () => {};
  onabort = () => {};
  constructor() {
    FakeRequest.last = this;
  }
  open(_: string, address: string) {
    this.address = address;
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  getResponseHeader() {
    return this.type;
  }
  send() {}
  abort() {
    this.onabort();
  }
}

afterEach(() => rememberCsrfToken(undefined));

function start(stopper = new AbortController()) {
  vi.stubGlobal("XMLHttpRequest", FakeRequest);
  rememberCsrfToken("token");
  const onSent = vi.fn();
  const file = new File(["code\nLAX"], "a b.csv");
  const done = importFile({
    datasetId: "d1",
    file,
    format: "csv",
    onSent,
    signal: stopper.signal,
  });
  return { done, onSent, request: FakeRequest.last };
}

it("sends the file as it is and reports how far it is", async () => {
  const { done, onSent, request } = start();
  request.upload.onprogress?.({ loaded: 4 });
  request.onload();
  expect(await done).toEqual(refusedImport);
  expect(onSent).toHaveBeenCalledWith(4);
  expect(request.address).toBe("/api/v1/datasets/d1/imports?format=csv&file_name=a+b.csv");
  expect(request.headers).toEqual({ "content-type": "text/csv", "x-csrf-token": "token" });
});

it("turns a refusal into a problem", async () => {
  const { done, request } = start();
  Object.assign(request, {
    status: 422,
    type: "application/problem+json",
    responseText: JSON.stringify({ title: "No", status: 422, code: "import_refused" }),
  });
  request.onload();
  await expect(done).rejects.toBeInstanceOf(ApiProblem);
});

it("tells a broken line from a wish to stop", async () => {
  const broken = start();
  broken.request.onerror();
  await expect(broken.done).rejects.toBeInstanceOf(Unreachable);
  const stopper = new AbortController();
  const stopped = start(stopper);
  stopper.abort();
  await expect(stopped.done).rejects.toMatchObject({ name: "AbortError" });
});
