import { expect, it } from "vitest";
import { refusal } from "../testing/appliance";
import { explain, fieldMessages, readProblem, Unreachable } from "./problem";

it("keeps what the appliance says, with the fields and the request", async () => {
  const error = await readProblem(
    refusal(422, "validation_failed", {
      detail: "Two faults.",
      instance: "req-7",
      fields: [{ path: "name", message: "It is taken." }],
    }),
  );
  expect(explain(error)).toEqual({
    title: "Title of validation_failed",
    detail: "name: It is taken.",
    requestId: "req-7",
  });
  expect(fieldMessages(error)).toEqual({ name: "It is taken." });
});

it("does not say again what stands at the fields of a form", async () => {
  const fields = [
    { path: "name", message: "It is taken." },
    { path: "colour", message: "There is no such member." },
  ];
  const detail = "name: It is taken.";
  const both = await readProblem(refusal(422, "validation_failed", { detail, fields }));
  expect(explain(both, ["name"]).detail).toBe("colour: There is no such member.");
  expect(explain(both, ["name", "colour"]).detail).toContain("Correct what is marked");
});

it("tells a proxy's answer from the appliance's", async () => {
  const error = await readProblem(new Response("<h1>Bad gateway</h1>", { status: 502 }));
  expect([error.code, error.message]).toEqual([
    "unexpected_answer",
    expect.stringContaining("proxy"),
  ]);
});

it("reads when to come back", async () => {
  const response = refusal(429, "rate_limited");
  response.headers.set("retry-after", "12");
  expect((await readProblem(response)).retryAfterMs).toBe(12_000);
});

it("explains silence and faults of its own in plain words", () => {
  expect(explain(new Unreachable("down")).title).toBe("No connection");
  expect(explain("odd").detail).toBe("odd");
  expect(fieldMessages(new Error("no problem body"))).toEqual({});
});
