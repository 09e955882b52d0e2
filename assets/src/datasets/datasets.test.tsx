import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { Import } from "../api/types";
import { importFile } from "../api/upload";
import { fakeAppliance, refusal } from "../testing/appliance";
import { choose, openPage, seePage } from "../testing/open";
import { airports, losAngeles, refusedImport, session } from "../testing/samples";
import { saveFile } from "../ui/save";

vi.mock("../api/upload", async (original) => ({
  ...(await original<typeof import("../api/upload")>()),
  importFile: vi.fn(),
}));
vi.mock("../ui/save", () => ({ saveFile: vi.fn() }));

beforeEach(() => {
  vi.mocked(importFile).mockReset().mockResolvedValue(refusedImport);
});

const stored = {
  "GET /datasets/{id}": airports,
  "GET /datasets/{id}/records": { items: [losAngeles] },
  "GET /datasets/{id}/records/{key}": losAngeles,
};
const address = `/datasets/${airports.id}`;
const csv = new File(["code,name\nLAX,Los Angeles"], "us-airports.csv", { type: "text/csv" });

async function chooseFile(user: Awaited<ReturnType<typeof openPage>>["user"], file: File) {
  await user.click(screen.getByRole("button", { name: "Choose a file" }));
  const input = document.querySelector<HTMLInputElement>("input[type=file]");
  if (!input) throw new Error("no file input");
  await user.upload(input, file);
}

it("the list shows each dataset, and teaches when there is none", async () => {
  fakeAppliance({ "GET /datasets": { items: [airports] } });
  await openPage("/datasets", "Datasets");
  expect(await screen.findByRole("link", { name: "Airports" })).toBeVisible();
});

it("an empty list leads to the first dataset", async () => {
  fakeAppliance({ "GET /datasets": { items: [] } });
  await openPage("/datasets", "Datasets");
  expect(await screen.findByText("No datasets yet")).toBeVisible();
  expect(screen.getByRole("link", { name: "New dataset" })).toBeVisible();
});

it("a list that cannot be read says why, and tries again when asked", async () => {
  let isDown = true;
  fakeAppliance({
    "GET /datasets": () => (isDown ? refusal(500, "internal") : { items: [airports] }),
  });
  const { user } = await openPage("/datasets", "Datasets");
  expect(await screen.findByText("Title of internal")).toBeVisible();
  isDown = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: "Airports" })).toBeVisible();
});

it("a file becomes a dataset, and its report names the bad lines", async () => {
  const appliance = fakeAppliance({
    "POST /datasets/preview": {
      fields: airports.fields,
      rows: [losAngeles.fields],
      key_candidates: ["code"],
      problems: [{ line: 3, column: 4, reason: "Not a number." }],
    },
    "POST /datasets": airports,
    "GET /datasets/{id}/imports/{import}/problems": { items: refusedImport.problems },
  });
  const { user } = await openPage("/datasets/new", "New dataset");
  await chooseFile(user, csv);
  expect(await screen.findByLabelText("Name")).toHaveValue("Us airports");
  expect(screen.getByText(/Line 3, column 4/)).toBeVisible();
  await choose(user, /Type of name/, /Long text/);
  await user.click(screen.getByRole("checkbox", { name: "name: indexed" }));
  await user.click(screen.getByRole("button", { name: "Create and import" }));
  expect(await screen.findByText(/1 record refused/)).toBeVisible();
  expect(appliance.bodies("POST /datasets")).toEqual([
    expect.objectContaining({
      name: "Us airports",
      key_field: "code",
      fields: expect.arrayContaining([
        { name: "name", type: "long_text", required: false, indexed: true },
      ]),
    }),
  ]);
  expect(importFile).toHaveBeenCalledWith(
    expect.objectContaining({ datasetId: airports.id, file: csv, format: "csv" }),
  );
  await user.click(screen.getByRole("button", { name: "Download as CSV" }));
  await waitFor(() =>
    expect(saveFile).toHaveBeenCalledWith(
      "airports.csv problems.csv",
      "text/csv",
      expect.stringContaining("3,4,latitude,north,Not a number."),
    ),
  );
});

it("a file that is none of ours is refused before anything is sent", async () => {
  const appliance = fakeAppliance({});
  const { user } = await openPage("/datasets/new", "New dataset");
  await user.click(screen.getByRole("button", { name: "Choose a file" }));
  const input = document.querySelector<HTMLInputElement>("input[type=file]");
  input?.removeAttribute("accept");
  await user.upload(input as HTMLInputElement, new File(["x"], "a.xlsx"));
  expect(await screen.findByText("a.xlsx cannot be imported")).toBeVisible();
  expect(appliance.calls("POST /datasets/preview")).toEqual([]);
});

it("a dataset can be described without a file", async () => {
  const appliance = fakeAppliance({ ...stored, "POST /datasets": airports });
  const { user } = await openPage("/datasets/new", "New dataset");
  await user.click(screen.getByRole("button", { name: "Describe the fields yourself" }));
  const [datasetName, fieldName] = await screen.findAllByLabelText("Name");
  await user.type(datasetName as HTMLElement, "Airports");
  await user.type(fieldName as HTMLElement, "code");
  await user.click(screen.getByRole("button", { name: "Add a field" }));
  await user.type(screen.getAllByLabelText("Name")[2] as HTMLElement, "state");
  await choose(user, /Type of state/, /One of a list/);
  await user.type(screen.getByLabelText(/Choices of state/), "CA{Enter}TX");
  await choose(user, /Key field/, "code");
  await user.click(screen.getByRole("button", { name: "Create" }));
  await seePage("Airports");
  expect(appliance.bodies("POST /datasets")).toEqual([
    {
      name: "Airports",
      key_field: "code",
      fields: [
        { name: "code", type: "text", required: false, indexed: false },
        { name: "state", type: "choice", required: false, indexed: false, choices: ["CA", "TX"] },
      ],
    },
  ]);
});

it("what is shown of the records stands in the address", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "GET /datasets/{id}/records": { items: [losAngeles], next: "cursor-2", scanned: 2 },
  });
  const { user, history } = await openPage(`${address}?filter=state+%3D+CA`, "Airports");
  const filter = screen.getByLabelText("Filter");
  expect(filter).toHaveValue("state = CA");
  await user.type(screen.getByLabelText("Search"), "angel");
  await user.click(screen.getByRole("button", { name: "Apply" }));
  await user.click(await screen.findByRole("button", { name: "latitude" }));
  await user.click(await screen.findByRole("button", { name: "Next" }));
  await waitFor(() => expect(history.location.search).toContain("after=cursor-2"));
  const query = appliance.calls("GET /datasets/{id}/records").at(-1)?.query;
  expect(Object.fromEntries(query ?? [])).toEqual({
    filter: "state = CA",
    q: "angel",
    sort: "latitude",
    after: "cursor-2",
    limit: "50",
  });
  await user.click(screen.getByRole("button", { name: "Previous" }));
  await waitFor(() => expect(history.location.search).not.toContain("after"));
  await user.click(screen.getByRole("button", { name: "Show all" }));
  await waitFor(() => expect(history.location.search).not.toContain("angel"));
});

it("a filter that cannot be read is explained, and help is at hand", async () => {
  fakeAppliance({
    ...stored,
    "GET /datasets/{id}/records": refusal(400, "bad_query", { detail: "At column 4." }),
  });
  const { user } = await openPage(`${address}?filter=bad`, "Airports");
  expect(await screen.findByText("At column 4.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "How filters are written" }));
  expect(await screen.findByRole("dialog")).toHaveTextContent("starts with");
});

it("an edited record sends what changed alone", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "PATCH /datasets/{id}/records/{key}": losAngeles,
  });
  const { user } = await openPage(address, "Airports");
  await user.click(await screen.findByRole("link", { name: "LAX" }));
  const sheet = within(await screen.findByRole("dialog"));
  const latitude = await sheet.findByLabelText("latitude");
  await user.clear(latitude);
  await user.type(latitude, "north");
  await user.click(sheet.getByRole("button", { name: "Save" }));
  expect(await sheet.findByText(/A number with a point/)).toBeVisible();
  await user.clear(latitude);
  await user.type(latitude, "34");
  await user.click(sheet.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("LAX is saved.")).toBeVisible();
  expect(appliance.bodies("PATCH /datasets/{id}/records/{key}")).toEqual([{ latitude: 34 }]);
});

it("a new record never overwrites one that is there", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "PUT /datasets/{id}/records/{key}": ({ path, headers }: { path: string; headers: Headers }) =>
      path.endsWith("LAX") && headers.get("if-none-match") === "*"
        ? refusal(412, "precondition_failed")
        : losAngeles,
  });
  const { user } = await openPage(address, "Airports");
  await user.click(await screen.findByRole("button", { name: "Add a record" }));
  const sheet = within(await screen.findByRole("dialog"));
  await user.type(sheet.getByLabelText("code"), "LAX");
  await user.click(sheet.getByRole("button", { name: "Add" }));
  expect(await sheet.findByText(/There is a record LAX already/)).toBeVisible();
  await user.type(sheet.getByLabelText("code"), "2");
  await user.click(sheet.getByRole("button", { name: "Add" }));
  await waitFor(() =>
    expect(appliance.bodies("PUT /datasets/{id}/records/{key}")).toEqual([
      { code: "LAX" },
      { code: "LAX2" },
    ]),
  );
});

it("a record is deleted after it was named", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "DELETE /datasets/{id}/records/{key}": undefined,
  });
  const { user, history } = await openPage(`${address}?record=LAX`, "Airports");
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  const question = within(await screen.findByRole("alertdialog"));
  expect(question.getByText(/LAX is taken out of Airports/)).toBeVisible();
  await user.click(question.getByRole("button", { name: "Delete record" }));
  await waitFor(() =>
    expect(appliance.calls("DELETE /datasets/{id}/records/{key}")).toHaveLength(1),
  );
  await waitFor(() => expect(history.location.search).not.toContain("record"));
});

it("who may only read sees no way to write", async () => {
  fakeAppliance({
    ...stored,
    "GET /auth/session": { ...session, permissions: ["dataset:read"] },
  });
  const { user } = await openPage(`${address}?record=LAX`, "Airports");
  const sheet = within(await screen.findByRole("dialog"));
  expect(await sheet.findByLabelText("name")).toBeDisabled();
  expect(sheet.queryByRole("button", { name: "Save" })).toBeNull();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.queryByRole("button", { name: "Add a record" })).toBeNull();
  expect(screen.queryByRole("link", { name: "Settings" })).toBeNull();
});

it("a dataset without records leads to an import, and one without hits says so", async () => {
  fakeAppliance({ ...stored, "GET /datasets/{id}/records": { items: [] } });
  const { user } = await openPage(address, "Airports");
  expect(await screen.findByText("No records yet")).toBeVisible();
  await user.type(screen.getByLabelText("Search"), "7");
  await user.click(screen.getByRole("button", { name: "Apply" }));
  expect(await screen.findByText("No record fits")).toBeVisible();
});

it("records can be taken out in each format", async () => {
  fakeAppliance(stored);
  const { user } = await openPage(address, "Airports");
  await user.click(screen.getByRole("button", { name: "Export" }));
  const ways = await screen.findAllByRole("menuitem");
  expect(ways.slice(0, 3).map((way) => way.getAttribute("href"))).toEqual(
    ["csv", "json", "ndjson"].map((format) => `/api/v1${address}/export?format=${format}`),
  );
});

it("a file of the records is made in the background, and the way leads to it", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "POST /datasets/{id}/exports": {},
    "GET /jobs": { items: [] },
  });
  const { user, history } = await openPage(address, "Airports");
  await user.click(screen.getByRole("button", { name: "Export" }));
  await user.click(await screen.findByRole("menuitem", { name: "In the background: NDJSON" }));
  await waitFor(() => expect(history.location.href).toBe("/jobs?kind=export"));
  const [call] = appliance.calls("POST /datasets/{id}/exports");
  expect(call?.body).toEqual({ format: "ndjson" });
  expect(call?.headers.get("idempotency-key")).toMatch(/^[0-9a-f]{32}$/);
});

it("an import under way elsewhere is called off from its report", async () => {
  let now: Import = {
    ...refusedImport,
    state: "running",
    phase: "reading",
    finished_at: undefined,
  };
  const appliance = fakeAppliance({
    ...stored,
    "GET /datasets/{id}/imports": () => ({ items: [now] }),
    "POST /datasets/{id}/imports/{import}/cancel": () => {
      now = { ...refusedImport, state: "cancelled" };
      return now;
    },
  });
  const { user } = await openPage(
    `${address}/imports?report=${refusedImport.id}`,
    "Airports: Imports",
  );
  const sheet = within(await screen.findByRole("dialog"));
  await user.click(await sheet.findByRole("button", { name: "Cancel the import" }));
  expect(await sheet.findByText(/was called off/)).toBeVisible();
  expect(sheet.getByText(/What had gone in by then stays/)).toBeVisible();
  expect(sheet.queryByRole("button", { name: "Cancel the import" })).toBeNull();
  expect(appliance.calls("POST /datasets/{id}/imports/{import}/cancel")).toHaveLength(1);
});

it("more can be imported, and past imports tell what they did", async () => {
  vi.mocked(importFile).mockResolvedValue({
    ...refusedImport,
    refused: 0,
    problems: [],
    problems_total: 0,
  });
  fakeAppliance({ ...stored, "GET /datasets/{id}/imports": { items: [refusedImport] } });
  const { user } = await openPage(`${address}/imports`, "Airports: Imports");
  await user.click(await screen.findByRole("button", { name: "airports.csv" }));
  const sheet = within(await screen.findByRole("dialog"));
  expect(sheet.getByText("Not a number.")).toBeVisible();
  await user.click(sheet.getByRole("button", { name: "Close" }));
  await chooseFile(user, csv);
  expect(await screen.findByText(/every record was accepted/)).toBeVisible();
});

it("an import under way shows how far it is, and can be stopped", async () => {
  vi.mocked(importFile).mockImplementation(({ onSent, signal }) => {
    onSent(5);
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("Stopped.", "AbortError")));
    });
  });
  fakeAppliance({ ...stored, "GET /datasets/{id}/imports": { items: [] } });
  const { user } = await openPage(`${address}/imports`, "Airports: Imports");
  expect(await screen.findByText("Nothing was imported yet")).toBeVisible();
  await chooseFile(user, csv);
  expect(await screen.findByText(/5 B of/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Stop" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Stopped.");
});

it("saving a schema warns of the values that go with a field", async () => {
  const appliance = fakeAppliance({ ...stored, "PATCH /datasets/{id}": airports });
  const { user } = await openPage(`${address}/settings`, "Airports: Settings");
  await user.click(await screen.findByRole("button", { name: "Remove latitude" }));
  expect(screen.getByText("Saving takes away latitude")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(appliance.bodies("PATCH /datasets/{id}")).toEqual([
      { name: "Airports", fields: airports.fields.slice(0, 3) },
    ]),
  );
});

it("a dataset is deleted after all that leans on it was named", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "GET /datasets": { items: [] },
    "GET /datasets/{id}/dependents": {
      items: [{ kind: "sync", id: "s", name: "Airports to Sandbox" }],
    },
    "DELETE /datasets/{id}": undefined,
  });
  const { user } = await openPage(`${address}/settings`, "Airports: Settings");
  await user.click(await screen.findByRole("button", { name: "Delete dataset" }));
  const question = within(await screen.findByRole("alertdialog"));
  expect(await question.findByText("Airports to Sandbox")).toBeVisible();
  await user.click(question.getByRole("button", { name: "Delete dataset" }));
  await seePage("Datasets");
  expect(appliance.calls("DELETE /datasets/{id}")[0]?.query.get("cascade")).toBe("true");
});
