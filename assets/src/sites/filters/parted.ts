/**
 * Several texts in one, with a sign between them; where the sign stands in a text itself, a
 * backslash goes before it. `parted` reads the same texts from it again.
 */
export function joined(texts: readonly string[], sign: ":" | ";"): string {
  return texts.map((text) => text.replaceAll(/[\\:;]/g, guard(sign))).join(sign);
}

function guard(sign: string) {
  return (found: string) => (found === "\\" || found === sign ? `\\${found}` : found);
}

/** The texts of which `joined` made one. */
export function parted(text: string, sign: ":" | ";"): string[] {
  const texts: string[] = [];
  let part = "";
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\" && at + 1 < text.length) {
      at += 1;
      part += text[at];
    } else if (text[at] === sign) {
      texts.push(part);
      part = "";
    } else {
      part += text[at];
    }
  }
  return [...texts, part];
}
