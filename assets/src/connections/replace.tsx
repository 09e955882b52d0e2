import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Connection } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Failure } from "../ui/notice";
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
  const refresh = useRefresh();
  const replace = useMutation({
    mutationFn: () =>
      client.PUT("/connections/{id}/credential", {
        params: { path: { id: connection.id } },
        body: { token },
      }),
    onSuccess: async () => {
      announce("The token is replaced; the old one is destroyed.");
      onDone();
      await refresh("/connections");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    replace.mutate();
  };
  return (
    <form className="form" onSubmit={submit}>
      <TokenField
        value={token}
        onChange={setToken}
        isSandbox={connection.endpoint === "sandbox"}
        error={fieldMessages(replace.error).token}
      />
      <Failure error={replace.error} />
      <div className="actions end">
        <Button look="primary" type="submit" isDisabled={replace.isPending}>
          Replace
        </Button>
      </div>
    </form>
  );
}
