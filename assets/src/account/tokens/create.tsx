import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { client } from "../../api/client";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import { useSession } from "../../api/session";
import type { MadeToken, Scope } from "../../api/types";
import { Button } from "../../ui/button";
import { Copy } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { CheckboxList, Select, TextField } from "../../ui/fields";
import { Failure, Notice } from "../../ui/notice";
import { expiryOf, type Lifetime, lifetimes } from "./expiry";
import { scopesFor } from "./scopes";

/** Makes a token and shows its text, which is seen this once. */
export function CreateToken() {
  const [isOpen, setIsOpen] = useState(false);
  const [made, setMade] = useState<MadeToken>();
  const close = () => {
    setIsOpen(false);
    setMade(undefined);
  };
  return (
    <>
      <Button icon="plus" onPress={() => setIsOpen(true)}>
        New token
      </Button>
      <Dialog
        title={made ? `The token ${made.token.name}` : "New token"}
        isOpen={isOpen}
        isFirm={made !== undefined}
        onClose={close}
      >
        {made ? <Secret made={made} onDone={close} /> : <TokenForm onMade={setMade} />}
      </Dialog>
    </>
  );
}

function Secret({ made: { secret }, onDone }: { made: MadeToken; onDone: () => void }) {
  return (
    <div className="stack">
      <Notice tone="warn" title="This is the only time that you see it">
        <p>
          Keep it where your program reads its secrets. Whoever has it may do what you ticked; it
          cannot be shown again.
        </p>
      </Notice>
      <code className="code-block sunk">{secret}</code>
      <p className="quiet">
        Programs send it as <code>Authorization: Bearer wb_…</code>
      </p>
      <div className="actions end">
        <Copy text={secret} what="the token">
          Copy the token
        </Copy>
        <Button look="primary" onPress={onDone}>
          I have kept it
        </Button>
      </div>
    </div>
  );
}

function TokenForm({ onMade }: { onMade: (made: MadeToken) => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>([]);
  const [lifetime, setLifetime] = useState<Lifetime>("90");
  const [day, setDay] = useState("");
  const refresh = useRefresh();
  const create = useMutation({
    mutationFn: async () => {
      const expires_at = expiryOf(lifetime, day, new Date()).toISOString();
      const { data } = await client.POST("/tokens", { body: { name, scopes, expires_at } });
      return data as MadeToken;
    },
    onSuccess: async (made) => {
      onMade(made);
      await refresh("/tokens");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  const faults = fieldMessages(create.error);
  const isWhole = scopes.length > 0 && (lifetime !== "date" || day !== "");
  return (
    <form className="form" onSubmit={submit}>
      <TextField
        label="Name"
        help="What will use it, such as “nightly export”."
        isRequired
        autoComplete="off"
        value={name}
        onChange={setName}
        error={faults.name}
      />
      <Scopes value={scopes} onChange={setScopes} error={faultOf(faults, "scopes")} />
      <Select
        label="It ends by itself"
        options={lifetimes}
        value={lifetime}
        onChange={setLifetime}
        error={lifetime === "date" ? undefined : faults.expires_at}
      />
      {lifetime === "date" && (
        <TextField
          label="Last day"
          help="A year from now at most."
          type="date"
          isRequired
          value={day}
          onChange={setDay}
          error={faults.expires_at}
        />
      )}
      <Failure error={create.error} shown={["name", "expires_at"]} />
      <div className="actions end">
        <Button look="primary" type="submit" isDisabled={!isWhole || create.isPending}>
          Make the token
        </Button>
      </div>
    </form>
  );
}

/** The message about a list, or about one of its entries. */
function faultOf(faults: Record<string, string>, list: string): string | undefined {
  return Object.entries(faults).find(([path]) => path === list || path.startsWith(`${list}[`))?.[1];
}

interface ScopesProps {
  value: Scope[];
  onChange: (value: Scope[]) => void;
  error?: string;
}

/** What the token may do: nothing at first, and never more than its maker. */
function Scopes({ value, onChange, error }: ScopesProps) {
  const { permissions } = useSession();
  return (
    <fieldset className="scopes">
      <legend className="label">What it may do</legend>
      {scopesFor(permissions).map(({ label, scopes }) => {
        const here = scopes.map(({ value }) => value);
        return (
          <CheckboxList
            key={label}
            label={label}
            options={scopes}
            value={value.filter((scope) => here.includes(scope))}
            onChange={(ticked) =>
              onChange([...value.filter((scope) => !here.includes(scope)), ...ticked])
            }
          />
        );
      })}
      {error && <p className="field-error">{error}</p>}
    </fieldset>
  );
}
