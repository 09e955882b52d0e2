import { act, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { Announcements, announce } from "./announce";
import { Dialog } from "./dialog";

afterEach(() => act(() => announce("")));

it("what is said again is read out again: it stands there anew", () => {
  render(<Announcements />);
  act(() => announce("Harbour Shop is fetched now."));
  const first = screen.getByText("Harbour Shop is fetched now.");
  act(() => announce("Harbour Shop is fetched now."));
  expect(first).not.toBeInTheDocument();
  expect(screen.getByText("Harbour Shop is fetched now.")).toBeVisible();
});

it("what is said while a dialog is open is heard beside it", () => {
  render(
    <>
      <main>Behind</main>
      <Announcements />
      <Dialog title="Question" isOpen onClose={() => undefined}>
        Before
      </Dialog>
    </>,
  );
  act(() => announce("It is saved."));
  expect(screen.getByText("Behind").closest("[aria-hidden], [inert]")).not.toBeNull();
  expect(screen.getByRole("status")).toHaveTextContent("It is saved.");
});
