import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { useGuarded } from "../api/guarded";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Connection } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { SaveFailure } from "../ui/conflict";
import { Dialog } from "../ui/dialog";
import { TokenField } from "./token";

/** Puts a new token in the old one's place; syncs keep their connection. */
export function ReplaceToken({ connection }: { connection: Connection }) {
  const [isOpen, setIsOpen] = useState(false);
  const close = () => setIsOpen(false);
  return (
    <>
      <Button icon="key" onPress={() => setIsOpen(true)}>
        Replace token
      </Button>
      <Dialog title={`New token for ${connection.name}`} isOpen={isOpen} onClose={close}>
        <TokenForm connection={connection} onDone={close} />
      </Dialog>
    </>
  );
}

function TokenForm({ connection, onDone }: { connection: Connection; onDone: () => void }) {
  const [token, setToken] = useState("");
  // What stands on the page behind may be read anew while the form is open.
  const [seen] = useState(connection);
  const refresh = useRefresh();
  const params = { path: { id: seen.id } };
  const leave = () => {
    onDone();
    return refresh("/connections");
  };
  const replace = useGuarded<Connection, string, unknown>({
    read: async () => {
      const { data } = await client.GET("/connections/{id}", { params });
      return data as Connection;
    },
    write: (token, tag) =>
      client.PUT("/connections/{id}/credential", {
        params: { ...params, header: { "If-Match": tag } },
        body: { token },
      }),
    onSaved: () => {
      announce("The token is replaced; the old one is destroyed.");
      return leave();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    replace.mutate({ wish: token, version: seen.version });
  };
  return (
    <form className="form" onSubmit={submit}>
      <TokenField
        provider={seen.provider}
        value={token}
        onChange={setToken}
        isSandbox={seen.endpoint === "sandbox"}
        error={fieldMessages(replace.error).token}
      />
      <SaveFailure
        error={replace.error}
        shown={["token"]}
        seen={seen}
        words={({ name, token_hint }) => ({ Name: name, Token: token_hint })}
        apply={(theirs) => ({ ...theirs, token_hint: "The one you typed" })}
        isBusy={replace.isPending}
        onReload={leave}
        onOverwrite={replace.mutate}
      />
      <div className="actions end">
        <Button look="primary" type="submit" isDisabled={replace.isPending}>
          Replace
        </Button>
      </div>
    </form>
  );
}
