/** A description as the API document has it: paragraphs, with code between backticks. */
export function Prose({ text }: { text: string }) {
  const paragraphs = text.split(/\n\s*\n/).filter((part) => part.trim() !== "");
  return paragraphs.map((part) => (
    <p key={part}>
      <Line text={part} />
    </p>
  ));
}

/** The same within a line. */
export function Line({ text }: { text: string }) {
  const parts = text.split("`").map((part, at) => ({ part, isCode: at % 2 === 1, at }));
  return parts.map(({ part, isCode, at }) =>
    isCode ? (
      <code key={`${at}`} className="break">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
