import { Link } from "@tanstack/react-router";
import { Icon } from "../ui/icon";
import type { Answer, Operation, Parameter } from "./document";
import { Method } from "./method";
import { Line, Prose } from "./prose";
import type { Schema } from "./raw";
import { boundsOf, resolve, typeOf } from "./schema";
import { Tree } from "./tree";
import { TryIt } from "./try";

type Schemas = Record<string, Schema>;

interface OperationProps {
  operation: Operation;
  schemas: Schemas;
}

/** One operation: what it does, takes and answers, and a form that calls it. */
export function OperationView({ operation, schemas }: OperationProps) {
  const { method, path, summary, about, parameters, body, answers, isOpen } = operation;
  return (
    <article className="explorer-one" aria-labelledby="operation">
      <p className="explorer-back">
        <Link to="/developers" search={({ q }: { q?: string }) => (q ? { q } : {})}>
          <Icon name="chevronLeft" /> All operations
        </Link>
      </p>
      <h2 id="operation">{summary}</h2>
      <p>
        <Method method={method} /> <code className="break">{path}</code>
      </p>
      <Prose text={about} />
      {isOpen && <p className="quiet">Nobody has to be signed in for it.</p>}
      {parameters.length > 0 && (
        <section className="line-part">
          <h3>Parameters</h3>
          <ul className="tree">
            {parameters.map((parameter) => (
              <li key={`${parameter.place} ${parameter.name}`}>
                <ParameterView parameter={parameter} schemas={schemas} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {body && (
        <section className="line-part">
          <h3>Body</h3>
          <p className="quiet">
            <code>{body.kind}</code>
          </p>
          <Tree schema={body.schema} schemas={schemas} />
        </section>
      )}
      <section className="line-part">
        <h3>Answers</h3>
        {answers.map((answer) => (
          <AnswerView key={answer.status} answer={answer} schemas={schemas} />
        ))}
      </section>
      <TryIt operation={operation} schemas={schemas} />
    </article>
  );
}

function ParameterView({ parameter, schemas }: { parameter: Parameter; schemas: Schemas }) {
  const { name, place, isRequired, about, schema } = parameter;
  const bounds = boundsOf(resolve(schema, schemas));
  return (
    <>
      <code>{name}</code>{" "}
      <span className="quiet">
        {typeOf(schema, schemas)} in the {place}
        {isRequired && " · required"}
      </span>
      <div className="tree-about">
        <Line text={about} />
        {bounds && <span className="quiet"> {bounds}</span>}
      </div>
    </>
  );
}

function AnswerView({ answer, schemas }: { answer: Answer; schemas: Schemas }) {
  const { status, about, kind, schema, example, code } = answer;
  return (
    <details className="disclosure">
      <summary>
        <code>{status}</code> <Line text={about} />
      </summary>
      <div className="stack">
        {kind && (
          <p className="quiet">
            <code>{kind}</code>
          </p>
        )}
        {code && (
          <p>
            For example <a href={`/errors/${code}`}>{code}</a>; every code is in{" "}
            <a href="/errors">the catalogue</a>.
          </p>
        )}
        {schema && !code && <Tree schema={schema} schemas={schemas} />}
        {example !== undefined && (
          <pre className="code-block sunk">{JSON.stringify(example, undefined, 2)}</pre>
        )}
        {!kind && <p className="quiet">There is no body.</p>}
      </div>
    </details>
  );
}
