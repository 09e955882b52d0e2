import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { $api, client } from "../../api/client";
import { useRefresh } from "../../api/queries";
import type { Token } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { Failure } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { Status, type StatusWord } from "../../ui/status";
import { type Column, Table, WaitingTable } from "../../ui/table";
import { Ago } from "../../ui/time";
import { CreateToken } from "./create";
import { describeScopes } from "./scopes";

/** The tokens with which the user's programs come in. */
export function Tokens() {
  const [doomed, setDoomed] = useState<Token>();
  const tokens = useTokens();
  const items = tokens.data?.pages.flatMap(({ items }) => items);
  const columns = columnsFor(setDoomed);
  return (
    <Panel title="Tokens for your programs" aside={<CreateToken />}>
      <p className="quiet-value">
        A program sends its token in place of your password, and may do no more than you ticked. All
        of them end when your password, your roles or your account change.
      </p>
      {tokens.isError && <Failure error={tokens.error} onRetry={() => tokens.refetch()} />}
      {tokens.isPending && <WaitingTable columns={columns} rows={2} />}
      {items?.length === 0 && <p className="quiet-value">No token yet.</p>}
      {items && items.length > 0 && (
        <Table label="Tokens" columns={columns} rows={items} rowId={({ id }) => id} isCards />
      )}
      {tokens.hasNextPage && (
        <div className="actions">
          <Button isDisabled={tokens.isFetchingNextPage} onPress={() => tokens.fetchNextPage()}>
            Show more tokens
          </Button>
        </div>
      )}
      <Revocation token={doomed} onClose={() => setDoomed(undefined)} />
    </Panel>
  );
}

const pageSize = 50;

function useTokens() {
  return $api.useInfiniteQuery(
    "get",
    "/tokens",
    { params: { query: { limit: pageSize } } },
    { pageParamName: "after", initialPageParam: null, getNextPageParam: ({ next }) => next },
  );
}

const states: Record<Token["state"], StatusWord> = {
  active: { tone: "good", icon: "check", label: "Works" },
  expired: { tone: "neutral", icon: "clock", label: "Expired" },
  ended: { tone: "bad", icon: "close", label: "Ended" },
};

function columnsFor(revoke: (token: Token) => void): Column<Token>[] {
  return [
    { id: "name", head: "Name", cell: ({ name }) => name },
    { id: "scopes", head: "May", cell: ({ scopes }) => describeScopes(scopes) },
    { id: "state", head: "State", cell: ({ state }) => <Status {...states[state]} /> },
    { id: "expires", head: "Ends by itself", cell: ({ expires_at }) => <Ago time={expires_at} /> },
    {
      id: "used",
      head: "Last used",
      cell: ({ last_used_at }) => (last_used_at ? <Ago time={last_used_at} /> : "Never"),
    },
    {
      id: "revoke",
      head: <span className="visually-hidden">Revoke</span>,
      isFigure: true,
      cell: (token) => (
        <Button look="plain" aria-label={`Revoke ${token.name}`} onPress={() => revoke(token)}>
          Revoke
        </Button>
      ),
    },
  ];
}

function Revocation({ token, onClose }: { token: Token | undefined; onClose: () => void }) {
  const refresh = useRefresh();
  const revoke = useMutation({
    mutationFn: ({ id }: Token) => client.DELETE("/tokens/{id}", { params: { path: { id } } }),
    onSuccess: async (_answer, { name }) => {
      onClose();
      announce(`${name} is revoked.`);
      await refresh("/tokens");
    },
  });
  const close = () => {
    revoke.reset();
    onClose();
  };
  return (
    <Confirm
      title={`Revoke ${token?.name}?`}
      verb="Revoke token"
      isOpen={token !== undefined}
      isBusy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => token && revoke.mutate(token)}
      onClose={close}
    >
      <p>Programs that use it are refused from the next call on. It cannot be brought back.</p>
    </Confirm>
  );
}
