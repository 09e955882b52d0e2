import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../../api/client";
import { rowsOf, useConnections } from "../../api/lists";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import { useBases } from "../../connections/bases";
import { advertises } from "../../connections/providers";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Select } from "../../ui/fields";
import { Failure } from "../../ui/notice";

const members = ["connection_id", "account_id"] as const;

/** Links the site to an ad account that one of the owner's connections reaches. */
export function AddFeed({ siteId }: { siteId: string }) {
  const connections = useConnections();
  if (connections.error) return <Failure error={connections.error} />;
  if (!connections.data) return null;
  const items = rowsOf(connections).filter(({ provider }) => advertises(provider));
  if (items.length === 0) {
    return (
      <p>
        None of your connections reaches an ad account.{" "}
        <Link to="/connections/new">Connect Meta or Google</Link>, then come back here.
      </p>
    );
  }
  const options = items.map(({ id, name }) => ({ value: id, label: name }));
  return <Form siteId={siteId} connections={options} />;
}

interface FormProps {
  siteId: string;
  connections: readonly { value: string; label: string }[];
}

function Form({ siteId, connections }: FormProps) {
  const [connection, setConnection] = useState(connections[0]?.value ?? "");
  const [chosen, setChosen] = useState<string>();
  const accounts = useBases(connection);
  const found = accounts.data?.items ?? [];
  const account = found.some(({ id }) => id === chosen) ? chosen : found[0]?.id;
  const refresh = useRefresh();
  const add = useMutation({
    mutationFn: (account_id: string) =>
      client.POST("/sites/{id}/feeds", {
        params: { path: { id: siteId } },
        body: { connection_id: connection, account_id },
      }),
    onSuccess: async () => {
      announce("The feed is made. Its figures are fetched now.");
      await refresh("/sites/{id}/feeds", "/sites/{id}/costs", "/sites/{id}/overview");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (account) add.mutate(account);
  };
  const faults = fieldMessages(add.error);
  return (
    <form className="form" onSubmit={submit}>
      <Select
        label="Connection"
        options={connections}
        value={connection}
        onChange={setConnection}
        error={faults.connection_id}
      />
      {accounts.data && found.length === 0 && <p>This connection reaches no ad account.</p>}
      {account && (
        <Select
          label="Ad account"
          options={found.map(({ id, name, permission }) => ({
            value: id,
            label: name,
            note: `${id}, ${permission}`,
          }))}
          value={account}
          onChange={setChosen}
          error={faults.account_id}
        />
      )}
      <Failure error={accounts.error ?? add.error} shown={[...members]} />
      <div className="actions">
        <Button type="submit" look="primary" isDisabled={!account || add.isPending}>
          Add the feed
        </Button>
      </div>
    </form>
  );
}
