import type { ReactNode } from "react";
import { ApiProblem, explain, type Limit } from "../api/problem";
import { Button } from "./button";
import { Copy } from "./copy";
import { formatDuration } from "./format";
import { Icon } from "./icon";
import { useNow } from "./time";

interface NoticeProps {
  tone: "info" | "good" | "warn" | "bad";
  title: string;
  children?: ReactNode;
}

/** A passage that stands out. A bad one is read out at once when it appears. */
export function Notice({ tone, title, children }: NoticeProps) {
  const icon = { info: "help", good: "check", warn: "warning", bad: "warning" } as const;
  return (
    <div className={`notice ${tone}`} role={tone === "bad" ? "alert" : undefined}>
      <Icon name={icon[tone]} />
      <div>
        <p className="notice-title">{title}</p>
        {children && <div className="notice-text">{children}</div>}
      </div>
    </div>
  );
}

interface FailureProps {
  error: unknown;
  /** What could not be done, as a sentence without its full stop; for where no heading tells. */
  what?: string | undefined;
  onRetry?: () => void;
  /** The paths whose faults stand at a form's fields. */
  shown?: readonly string[];
}

/** What failed, in plain words; with `onRetry`, a way to try again. */
export function Failure({ error, what, onRetry, shown }: FailureProps) {
  if (!error) return null;
  if (error instanceof ApiProblem && error.limit) {
    return <Limited limit={error.limit} what={what} onRetry={onRetry} />;
  }
  const { title, detail, requestId } = explain(error, shown);
  return (
    <Notice tone="bad" title={what ?? title}>
      <p>{what ? `${title}. ${detail}` : detail}</p>
      {requestId && (
        <p className="quiet">
          Request <code>{requestId}</code>
        </p>
      )}
      {(onRetry || requestId) && (
        <div className="actions">
          {onRetry && (
            <Button icon="run" onPress={onRetry}>
              Try again
            </Button>
          )}
          {requestId && (
            <Copy text={requestId} what="the request’s id">
              Copy its id
            </Copy>
          )}
        </div>
      )}
    </Notice>
  );
}

interface LimitedProps extends Pick<FailureProps, "what" | "onRetry"> {
  limit: Limit;
}

/** That a limit is used up, and how long yet; the way to try again opens with it. */
function Limited({ limit, what, onRetry }: LimitedProps) {
  const secondsLeft = (limit.opensAtMs - useNow(1_000).getTime()) / 1_000;
  const isOpen = secondsLeft <= 0;
  return (
    <Notice tone="warn" title={`The limit “${describeLimit(limit)}” is used up`}>
      <p>
        {what && `${what}. `}
        {isOpen
          ? "It is open again. Nothing was done meanwhile."
          : `It opens in ${formatDuration(Math.ceil(secondsLeft))}. Nothing was done.`}
      </p>
      {onRetry && (
        <div className="actions">
          <Button icon="run" isDisabled={!isOpen} onPress={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </Notice>
  );
}

/** A limit's name in words: "api calls". */
export function describeLimit({ name }: { name: string }): string {
  return name.replaceAll("_", " ");
}
