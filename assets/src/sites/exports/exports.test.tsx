import { screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import { funnel, overview, reportOf, shop } from "../testing";

const span = "from=2026-11-20&to=2026-11-22";
const asked = "POST /sites/{id}/reports/export";

let saved: { name: string; blob: Blob }[];

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T23:30:00Z") });
  saved = [];
  let last: Blob;
  URL.createObjectURL = (blob) => {
    last = blob as Blob;
    return "blob:file";
  };
  URL.revokeObjectURL = () => undefined;
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    saved.push({ name: this.download, blob: last });
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function file() {
  return new Response("%PDF-1.7", {
    headers: {
      "content-type": "application/pdf",
      "content-disposition": 'attachment; filename="Shop-overview.pdf"',
    },
  });
}

function serve(answer = file()) {
  return fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/overview": overview,
    "POST /sites/{id}/reports": reportOf(["google"]),
    "POST /sites/{id}/funnels": funnel,
    "POST /sites/{id}/reports/together": {
      reports: [{ name: "rows", report: reportOf(["google"]) }],
    },
    [asked]: answer,
  });
}

async function exportAs(path: string, title: string, format: RegExp) {
  const { user } = await openPage(`/sites/${shop.id}${path}`, title);
  await user.click(await screen.findByRole("button", { name: "Export" }));
  await user.click(await screen.findByRole("menuitem", { name: format }));
  return user;
}

it("the overview is taken away under the name that the appliance gives it", async () => {
  const appliance = serve();
  await exportAs(`?${span}&compare=year`, "Shop", /^PDF/);
  await waitFor(() => expect(saved.map(({ name }) => name)).toEqual(["Shop-overview.pdf"]));
  expect(saved[0]?.blob.size).toBe(8);
  expect(appliance.bodies(asked)).toEqual([
    { format: "pdf", overview: { from: "2026-11-20", to: "2026-11-22", compare: "year" } },
  ]);
  expect(await screen.findByText("Shop-overview.pdf is made.")).toBeVisible();
});

it("of visits that filters pick the days are taken away", async () => {
  const appliance = serve();
  await exportAs(`?${span}&filters=device:is:mobile`, "Shop", /^CSV/);
  await waitFor(() => expect(saved).toHaveLength(1));
  const [body] = appliance.bodies(asked);
  expect(body).toMatchObject({
    format: "csv",
    report: {
      dimensions: ["day"],
      filters: [{ dimension: "device", operator: "is", values: ["mobile"] }],
    },
  });
});

it("a report is taken away as it is asked for", async () => {
  const appliance = serve();
  await exportAs(`/reports?${span}&by=source&metrics=visits`, "Shop: Reports", /^Excel/);
  await waitFor(() => expect(saved).toHaveLength(1));
  const [body] = appliance.bodies(asked);
  expect(body).toMatchObject({ format: "xlsx", report: { from: "2026-11-20" } });
});

it("a funnel is taken away with its steps", async () => {
  const appliance = serve();
  await exportAs(`/funnel?${span}`, "Shop: Funnel", /^JSON/);
  await waitFor(() => expect(saved).toHaveLength(1));
  const [body] = appliance.bodies(asked);
  expect(body).toMatchObject({ format: "json", funnel: { within_minutes: 1440 } });
});

it("while a file is made it says so, and cannot be asked for again", async () => {
  let give: (file: Response) => void = () => undefined;
  serve();
  const answers = globalThis.fetch;
  vi.stubGlobal("fetch", (request: Request) =>
    request.url.endsWith("/export")
      ? new Promise((resolve) => {
          give = resolve;
        })
      : answers(request),
  );
  await exportAs(`?${span}`, "Shop", /^CSV/);
  expect(await screen.findByText("The file is being made")).toBeVisible();
  expect(screen.getByRole("button", { name: "Export" })).toBeDisabled();
  give(file());
  await waitFor(() => expect(screen.getByRole("button", { name: "Export" })).toBeEnabled());
  expect(screen.queryByText("The file is being made")).toBeNull();
});

it("why there is no file is said", async () => {
  serve(refusal(422, "validation_failed", { detail: "report.dimensions: too many rows" }));
  await exportAs(`?${span}`, "Shop", /^CSV/);
  expect(await screen.findByText(/too many rows/)).toBeVisible();
  expect(saved).toEqual([]);
});
