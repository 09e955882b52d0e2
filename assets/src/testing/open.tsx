import { createMemoryHistory } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { App } from "../app";

/** Opens an address of the UI; the heading tells that its page is there. */
export async function openPage(address: string, heading: string | RegExp) {
  const history = createMemoryHistory({ initialEntries: [address] });
  const user = userEvent.setup();
  render(<App history={history} />);
  await seePage(heading);
  return { history, user };
}

/** Waits for the page of that heading; it may be behind a dialog. */
export function seePage(heading: string | RegExp) {
  return screen.findByRole("heading", { level: 1, name: heading, hidden: true });
}

/** Picks an option of one of our selects. */
export async function choose(user: UserEvent, label: RegExp, option: string | RegExp) {
  await user.click(await screen.findByRole("button", { name: label }));
  await user.click(await screen.findByRole("option", { name: option }));
}
