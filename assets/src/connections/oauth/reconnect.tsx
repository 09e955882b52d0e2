import type { Connection } from "../../api/types";
import { Button } from "../../ui/button";
import { wordsOf } from "../providers";
import { useBegin } from "./begin";
import { useOffer } from "./offer";

interface ReconnectProps {
  connection: Connection;
  onFailed: (error: unknown) => void;
}

/** Has the person asked anew, for a connection whose access has ended or is to become another. */
export function Reconnect({ connection, onFailed }: ReconnectProps) {
  const offer = useOffer(connection);
  const begin = useBegin();
  if (!offer?.ready) return null;
  const isNeeded = connection.status === "reconnect";
  const isGoing = begin.isPending || begin.isSuccess;
  return (
    <Button
      icon="link"
      look={isNeeded ? "primary" : "secondary"}
      isDisabled={isGoing}
      onPress={() => begin.mutate({ connection_id: connection.id }, { onError: onFailed })}
    >
      {isGoing ? "Going there…" : wordFor(connection, isNeeded)}
    </Button>
  );
}

function wordFor({ provider, oauth }: Connection, isNeeded: boolean): string {
  if (isNeeded) return "Reconnect";
  return oauth ? "Connect anew" : `Connect with ${wordsOf(provider).name}`;
}
