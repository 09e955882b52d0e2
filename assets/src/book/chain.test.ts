import { expect, it } from "vitest";
import { viewChain } from "./chain";

const line = (sequence: number, prev: string, hash: string) => ({
  sequence,
  chain: { prev, hash },
});

it("counts the links between neighbours and passes by the gaps that a filter leaves", () => {
  const lines = [
    line(9, "h8", "h9"),
    line(8, "h7", "h8"),
    line(5, "h4", "h5"),
    line(4, "h3", "h4"),
  ];
  expect(viewChain(lines)).toEqual({ pairs: 2 });
  expect(viewChain([line(2, "h1", "h2"), line(1, "", "")])).toEqual({ pairs: 0 });
  expect(viewChain([])).toEqual({ pairs: 0 });
});

it("names the place where a line does not follow the one before it", () => {
  const lines = [line(9, "h8", "h9"), line(8, "h7", "other"), line(7, "h6", "h7")];
  expect(viewChain(lines)).toEqual({ pairs: 1, break: { before: 8, after: 9 } });
});
