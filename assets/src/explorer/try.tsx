import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/fields";
import { formatAmount } from "../ui/format";
import { Notice } from "../ui/notice";
import { Status } from "../ui/status";
import { type Call, callOf, type Draft, missingIn } from "./call";
import type { Operation } from "./document";
import type { Schema } from "./raw";
import { sampleOf } from "./schema";
import { type Heard, isSafe, send } from "./send";
import { Snippets } from "./snippets";

interface TryProps {
  operation: Operation;
  schemas: Record<string, Schema>;
}

/** A form that makes the call with the session at hand; what may change something asks first. */
export function TryIt({ operation, schemas }: TryProps) {
  const [draft, setDraft] = useState(() => begin(operation, schemas));
  const [isAsking, setIsAsking] = useState(false);
  const call = callOf(operation, draft);
  const missing = missingIn(operation, draft);
  const act = useMutation({ mutationFn: (call: Call) => send(call) });
  const make = () => {
    setIsAsking(false);
    act.mutate(call);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isSafe(operation.method)) make();
    else setIsAsking(true);
  };
  const setValue = (name: string) => (value: string) =>
    setDraft({ ...draft, values: { ...draft.values, [name]: value } });
  return (
    <section className="line-part">
      <h3>Try it</h3>
      <form className="card" onSubmit={submit}>
        {operation.parameters.map(({ name, place, isRequired }) => (
          <TextField
            key={`${place} ${name}`}
            label={name}
            isCode
            isRequired={isRequired}
            autoComplete="off"
            value={draft.values[name] ?? ""}
            onChange={setValue(name)}
          />
        ))}
        {operation.body && (
          <TextField
            label={`Body, ${operation.body.kind}`}
            isCode
            rows={10}
            spellCheck="false"
            value={draft.body}
            onChange={(body) => setDraft({ ...draft, body })}
          />
        )}
        <div className="actions">
          <Button
            type="submit"
            look="primary"
            icon="play"
            isDisabled={missing.length > 0}
            isPending={act.isPending}
          >
            Send
          </Button>
          {missing.length > 0 && <span className="quiet">Needs {missing.join(", ")}.</span>}
        </div>
      </form>
      <div role="status" aria-live="polite">
        {act.error && (
          <Notice tone="bad" title="No answer came">
            <p>{act.error.message}</p>
          </Notice>
        )}
        {act.data && <HeardView heard={act.data} />}
      </div>
      <Snippets call={call} needsToken={!operation.isOpen} />
      <Dialog
        title={`Send ${operation.method} ${operation.path}?`}
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
      >
        <p>
          It is carried out here and now, with your session, and stands in the book like everything
          you do.
        </p>
        <div className="actions end">
          <Button onPress={() => setIsAsking(false)} autoFocus>
            Do not send
          </Button>
          <Button look="primary" onPress={make}>
            Send it
          </Button>
        </div>
      </Dialog>
    </section>
  );
}

function begin({ body }: Operation, schemas: Record<string, Schema>): Draft {
  const isJson = body?.kind === "application/json";
  const sample = isJson ? JSON.stringify(sampleOf(body.schema, schemas), undefined, 2) : "";
  return { values: {}, body: sample };
}

function HeardView({ heard }: { heard: Heard }) {
  const { status, statusText, headers, body, isCut, ms } = heard;
  const isGood = status < 400;
  return (
    <section className="card" aria-label="The answer">
      <div className="between">
        <Status
          tone={isGood ? "good" : "bad"}
          icon={isGood ? "check" : "close"}
          label={`${status} ${statusText}`.trim()}
        />
        <span className="quiet">{formatAmount(ms, "millisecond")}</span>
      </div>
      <details>
        <summary>{formatAmount(headers.length, "header")}</summary>
        <pre className="code-block">
          {headers.map(([name, value]) => `${name}: ${value}`).join("\n")}
        </pre>
      </details>
      {body ? <pre className="code-block sunk">{body}</pre> : <p>No body.</p>}
      {isCut && <p className="quiet">There is more; this is its beginning.</p>}
    </section>
  );
}
