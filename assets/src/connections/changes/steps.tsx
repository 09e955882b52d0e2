import type { ReactNode } from "react";
import type { Subscription } from "../../api/types";
import { Button } from "../../ui/button";
import { Copy } from "../../ui/copy";
import { Icon } from "../../ui/icon";
import { Ago } from "../../ui/time";

interface StepsProps {
  subscription: Subscription;
  /** The address, for whoever has drawn it on this page. */
  address: string | undefined;
  /** The token, for whoever has had it shown on this page. */
  token: string | undefined;
  /** Has the token shown; absent for whoever may not. */
  onShow: (() => void) | undefined;
}

/** What a person does at Notion, and how far that has come. */
export function Steps({ subscription, address, token, onShow }: StepsProps) {
  const { state, hint, waits_until } = subscription;
  const hasToken = state === "verifying";
  return (
    <ol className="steps">
      <Step number={1} title="Give Notion the address" state={hasToken ? "done" : "next"}>
        <p>
          At notion.so/my-integrations open the integration of this connection, and under{" "}
          <i>Webhooks</i> choose <i>Create a subscription</i>. Paste the address there, and tick the
          events of pages and of data sources.
        </p>
        {address && !hasToken && <Kept text={address} what="the address" />}
        {!address && !hasToken && (
          <p>
            The address begins with <code>/pings/{hint}</code> and was shown when it was drawn.
            Whoever has not kept it draws another one.
          </p>
        )}
      </Step>
      <Step
        number={2}
        title="Paste the verification token"
        state={hasToken ? "next" : "later"}
        act={
          hasToken &&
          subscription.token_ready &&
          onShow && (
            <Button look="primary" icon="key" onPress={onShow}>
              Show the token
            </Button>
          )
        }
      >
        {!hasToken && waits_until && (
          <p>
            Notion sends a token to the address; this page shows when it has come. The address stops
            waiting for it <Ago time={waits_until} />.
          </p>
        )}
        {hasToken && (
          <p>
            The token has come. Choose <i>Verify</i> at Notion and paste it there. It is shown once.
          </p>
        )}
        {hasToken && token && <Kept text={token} what="the token" />}
        {hasToken && !token && !subscription.token_ready && (
          <p>
            It was shown already. Whoever has lost it chooses <i>Resend token</i> at Notion.
          </p>
        )}
      </Step>
      <Step number={3} title="Change something" state="later">
        <p>
          The first change that Notion tells of, and has signed with the token, proves that it
          works.
        </p>
      </Step>
    </ol>
  );
}

/** Something to be copied, which is not shown again. */
function Kept({ text, what }: { text: string; what: string }) {
  return (
    <div className="stack">
      <code className="code-block sunk">{text}</code>
      <div className="actions">
        <Copy text={text} what={what}>
          {`Copy ${what}`}
        </Copy>
      </div>
    </div>
  );
}

interface StepProps {
  number: number;
  title: string;
  state: "done" | "next" | "later";
  act?: ReactNode;
  children: ReactNode;
}

function Step({ number, title, state, act, children }: StepProps) {
  return (
    <li className={`step ${state}`}>
      <span className="step-number">{state === "done" ? <Icon name="check" /> : number}</span>
      <div className="stack">
        <h3>
          {title}
          {state === "done" && <span className="visually-hidden"> (done)</span>}
        </h3>
        {children}
      </div>
      {act && <div className="actions">{act}</div>}
    </li>
  );
}
