import type { ReactNode } from "react";
import { explain } from "../api/problem";
import { Button } from "./button";
import { Copy } from "./copy";
import { Icon } from "./icon";

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

/** What failed, in plain words; with `onRetry`, a way to try again. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (!error) return null;
  const { title, detail, requestId } = explain(error);
  return (
    <Notice tone="bad" title={title}>
      <p>{detail}</p>
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
