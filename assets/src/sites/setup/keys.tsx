import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../../api/client";
import { useRefresh } from "../../api/queries";
import type { Site, WriteKey } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Copy } from "../../ui/copy";
import { Confirm } from "../../ui/dialog";
import { Loaded } from "../../ui/loaded";
import { Panel } from "../../ui/page";
import { type Column, Table, WaitingTable } from "../../ui/table";
import { Ago } from "../../ui/time";
import { useMayEdit } from "../access";
import { CreateKey } from "./create-key";
import { KeySecret } from "./key-secret";
import { useKeys } from "./use-keys";

/** What events are sent with: public keys for pages, secret ones for servers. */
export function Keys({ site }: { site: Site }) {
  const [made, setMade] = useState<WriteKey>();
  const [doomed, setDoomed] = useState<WriteKey>();
  const keys = useKeys(site.id);
  const mayWrite = useMayEdit();
  const columns = columnsFor(mayWrite ? setDoomed : undefined);
  return (
    <Panel title="Keys" aside={mayWrite && <CreateKey site={site} onMade={setMade} />}>
      <p className="quiet-value">
        A key can add events to this site and nothing else. Anybody can read a public one in the
        page’s source, so it counts only from the pages that it names; a secret one stays on your
        server.
      </p>
      <Loaded query={keys} waiting={<WaitingTable columns={columns} rows={1} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet-value">None yet.</p>
          ) : (
            <Table label="Keys" columns={columns} rows={items} rowId={({ id }) => id} isCards />
          )
        }
      </Loaded>
      <Ending site={site} doomed={doomed} onClose={() => setDoomed(undefined)} />
      <KeySecret made={made} onClose={() => setMade(undefined)} />
    </Panel>
  );
}

function columnsFor(end: ((key: WriteKey) => void) | undefined): Column<WriteKey>[] {
  return [
    { id: "name", head: "Name", cell: ({ name }) => name },
    {
      id: "kind",
      head: "For",
      cell: ({ kind, origins }) => (kind === "secret" ? "Servers" : origins.join(", ")),
    },
    {
      id: "key",
      head: "Key",
      cell: ({ kind, ends_with }) => (
        <code>
          {kind === "public" ? "wbp_" : "wbs_"}…{ends_with}
        </code>
      ),
    },
    {
      id: "used",
      head: "Last used",
      cell: ({ last_used_at }) => (last_used_at ? <Ago time={last_used_at} /> : "Never"),
    },
    {
      id: "acts",
      head: <span className="visually-hidden">What can be done</span>,
      isFigure: true,
      cell: (key) => <Acts writeKey={key} end={end} />,
    },
  ];
}

interface ActsProps {
  writeKey: WriteKey;
  end: ((key: WriteKey) => void) | undefined;
}

function Acts({ writeKey, end }: ActsProps) {
  const { name, key } = writeKey;
  return (
    <span className="key-acts">
      {key && (
        <Copy text={key} what={`the key ${name}`}>
          Copy the key
        </Copy>
      )}
      {end && (
        <Button look="removal" aria-label={`End ${name}`} onPress={() => end(writeKey)}>
          End
        </Button>
      )}
    </span>
  );
}

interface EndingProps {
  site: Site;
  /** The key that is to end; none while nobody asks. */
  doomed: WriteKey | undefined;
  onClose: () => void;
}

/** Ends a key, after saying what that stops. */
function Ending({ site, doomed, onClose }: EndingProps) {
  const refresh = useRefresh();
  const end = useMutation({
    mutationFn: ({ id }: WriteKey) =>
      client.DELETE("/sites/{id}/keys/{key}", { params: { path: { id: site.id, key: id } } }),
    onSuccess: async (_answer, { name }) => {
      onClose();
      announce(`${name} has ended.`);
      await refresh("/sites/{id}/keys");
    },
  });
  return (
    <Confirm
      title={`End the key ${doomed?.name}?`}
      verb="End the key"
      isOpen={doomed !== undefined}
      isBusy={end.isPending}
      error={end.error}
      onConfirm={() => doomed && end.mutate(doomed)}
      onClose={onClose}
    >
      <p>
        Events that are sent with it are refused from the next one on, and what they would have
        counted is lost. It cannot be brought back; what came in with it stays.
      </p>
    </Confirm>
  );
}
