import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";
import { $api, client } from "../api/client";
import { useOnce } from "../api/once";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Connection } from "../api/types";
import { Button } from "../ui/button";
import { TextField } from "../ui/fields";
import { Failure } from "../ui/notice";
import { Page } from "../ui/page";
import { ConnectWithProvider } from "./oauth/connect";
import { type Provider, providers, wordsOf } from "./providers";
import { TokenField } from "./token";

type Endpoint = Connection["endpoint"];

/** Takes a token, seals it, and tries it at once. */
export function NewConnection() {
  const [provider, setProvider] = useState<Provider>("airtable");
  const [typed, setName] = useState<string>();
  const name = typed ?? wordsOf(provider).name;
  const [token, setToken] = useState("");
  const [endpoint, setEndpoint] = useState<Endpoint>("vendor");
  const takesToken = wordsOf(provider).token !== undefined;
  const create = useCreation();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // Enter in the name's field is no wish to send a token that cannot be had.
    if (takesToken) create.mutate({ provider, name, token, endpoint });
  };
  const faults = fieldMessages(create.error);
  return (
    <Page title="New connection" crumbs={[{ label: "Connections", to: "/connections" }]}>
      <form className="form" onSubmit={submit}>
        <ProviderChoice value={provider} onChange={setProvider} />
        <EndpointChoice provider={provider} value={endpoint} onChange={setEndpoint} />
        <TextField
          label="Name"
          help="What you call it here; other people have other connections."
          isRequired
          value={name}
          onChange={setName}
          error={faults.name}
        />
        <ConnectWithProvider provider={provider} name={name} endpoint={endpoint} />
        {takesToken && (
          <>
            <TokenField
              provider={provider}
              value={token}
              onChange={setToken}
              isSandbox={endpoint === "sandbox"}
              error={faults.token}
            />
            <Failure error={create.error} shown={["name", "token"]} />
            <div className="actions">
              <Button look="primary" type="submit" isDisabled={create.isPending}>
                {create.isPending ? "Connecting…" : "Connect and test"}
              </Button>
            </div>
          </>
        )}
      </form>
    </Page>
  );
}

interface Wish {
  provider: Provider;
  name: string;
  token: string;
  endpoint: Endpoint;
}

function useCreation() {
  const refresh = useRefresh();
  const navigate = useNavigate();
  const once = useOnce();
  return useMutation({
    mutationFn: async (body: Wish) => {
      const params = { header: once(body) };
      const { data } = await client.POST("/connections", { params, body });
      const { id } = data as Connection;
      // A failed test is no failed creation: the connection's own page tells of it.
      await client.POST("/connections/{id}/test", { params: { path: { id } } }).catch(() => null);
      return id;
    },
    onSuccess: async (id) => {
      await refresh("/connections", "/system");
      await navigate({ to: "/connections/$id", params: { id } });
    },
  });
}

interface ProviderChoiceProps {
  value: Provider;
  onChange: (value: Provider) => void;
}

function ProviderChoice({ value, onChange }: ProviderChoiceProps) {
  return (
    <RadioGroup
      className="radio-group"
      value={value}
      onChange={(next) => onChange(next as Provider)}
    >
      <Label className="label">Provider</Label>
      {providers.map((provider) => (
        <Radio key={provider} className="radio" value={provider}>
          <span>{wordsOf(provider).name}</span>
        </Radio>
      ))}
    </RadioGroup>
  );
}

interface EndpointChoiceProps {
  provider: Provider;
  value: Endpoint;
  onChange: (value: Endpoint) => void;
}

/** Shown only where a sandbox runs. */
function EndpointChoice({ provider, value, onChange }: EndpointChoiceProps) {
  const system = $api.useQuery("get", "/system");
  if (!system.data?.sandbox) return null;
  return (
    <RadioGroup
      className="radio-group"
      value={value}
      onChange={(next) => onChange(next as Endpoint)}
    >
      <Label className="label">Where to</Label>
      <Radio className="radio" value="vendor">
        <span>
          {wordsOf(provider).name} itself
          <span className="help"> — your real {wordsOf(provider).base}s</span>
        </span>
      </Radio>
      <Radio className="radio" value="sandbox">
        <span>
          The sandbox
          <span className="help">
            {" "}
            — a stand-in on this machine, to try everything without risk
          </span>
        </span>
      </Radio>
    </RadioGroup>
  );
}
