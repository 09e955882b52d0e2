import { announce } from "./announce";
import { Button } from "./button";

interface CopyProps {
  /** What is put on the clipboard. */
  text: string;
  /** What it is called: "the request's id". */
  what: string;
  children?: string;
}

/** Puts a text on the clipboard and says so. */
export function Copy({ text, what, children = "Copy" }: CopyProps) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      announce(`Copied ${what}.`);
    } catch {
      announce(`The browser did not let ${what} be copied.`);
    }
  };
  return (
    <Button icon="copy" onPress={copy}>
      {children}
    </Button>
  );
}
