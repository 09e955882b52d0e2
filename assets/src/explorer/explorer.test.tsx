import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../testing/appliance";
import { choose, openPage } from "../testing/open";
import { sampleApi } from "./sample";

const document = { "GET /openapi.json": sampleApi };

it("lists operations by subject, narrows them and opens one; all of it in the address", async () => {
  fakeAppliance(document);
  const { user, history } = await openPage("/developers", "API");
  expect(await screen.findByText("3 operations")).toBeVisible();
  expect(screen.getByRole("heading", { name: "Things" })).toBeVisible();
  await user.type(screen.getByRole("searchbox"), "shows");
  expect(await screen.findByText("1 operation")).toBeVisible();
  await user.click(screen.getByRole("link", { name: /Shows a thing/ }));
  await waitFor(() => expect(history.location.search).toBe("?q=shows&op=getThing"));
  const one = within(await screen.findByRole("article"));
  expect(one.getByText("text in the path · required")).toBeVisible();
  expect(one.getAllByText("20 characters at most")[0]).toBeVisible();
  await user.click(one.getByText("There is none."));
  expect(one.getByRole("link", { name: "not_found" })).toHaveAttribute("href", "/errors/not_found");
});

it("makes a call that changes nothing at once, and shows what was answered", async () => {
  const answer = () =>
    new Response('{"name":"x"}', {
      headers: { "content-type": "application/json", etag: '"7"' },
    });
  const appliance = fakeAppliance({ ...document, "GET /datasets/{id}": answer });
  // The page asks for what the document names.
  const { user } = await openPage("/developers?op=getThing", "API");
  const send = await screen.findByRole("button", { name: "Send" });
  expect(send).toBeDisabled();
  expect(screen.getByText("Needs id.")).toBeVisible();
  await user.type(screen.getByRole("textbox", { name: "id" }), "7");
  await user.click(send);
  const heard = within(await screen.findByRole("region", { name: "The answer" }));
  // Nothing stands in for `/things/7` here: it is refused like what does not exist.
  expect(heard.getByText(/^404/)).toBeVisible();
  expect(heard.getByText(/"not_found"/)).toBeVisible();
  await user.click(heard.getByText(/header/));
  expect(heard.getByText(/content-type: application\/problem\+json/)).toBeVisible();
  expect(appliance.calls("GET /openapi.json")).toHaveLength(1);
});

it("asks before a call that may change something, and sends it as the pages do", async () => {
  const made = { "POST /things": { name: "text" } } as object;
  const appliance = fakeAppliance({ ...document, ...made });
  const { user } = await openPage("/developers?op=createThing", "API");
  const body = await screen.findByRole("textbox", { name: /^Body/ });
  expect((body as HTMLTextAreaElement).value).toContain('"name": "text"');
  await user.click(screen.getByRole("button", { name: "Send" }));
  const question = within(await screen.findByRole("dialog"));
  await user.click(question.getByRole("button", { name: "Do not send" }));
  const post = "POST /things" as "POST /datasets";
  expect(appliance.calls(post)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Send" }));
  await user.click(await screen.findByRole("button", { name: "Send it" }));
  expect(await screen.findByRole("region", { name: "The answer" })).toBeVisible();
  const [call] = appliance.calls(post);
  expect(call?.headers.get("x-csrf-token")).toBe("csrf-of-ada");
  expect(call?.headers.get("content-type")).toBe("application/json");
});

it("shows the same call in the language of a program", async () => {
  fakeAppliance(document);
  const { user } = await openPage("/developers?op=deleteThing", "API");
  await user.type(await screen.findByRole("textbox", { name: "id" }), "7");
  expect(screen.getByText(/curl -X DELETE/)).toHaveTextContent("/api/v1/things/7");
  await choose(user, /The same call in/, "Python");
  expect(screen.getByText(/urllib/)).toHaveTextContent("/api/v1/things/7");
});

it("says why the document cannot be read", async () => {
  fakeAppliance({ "GET /openapi.json": refusal(403, "forbidden") });
  await openPage("/developers", "API");
  expect(await screen.findByText("Title of forbidden")).toBeVisible();
});
