import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../../api/client";
import type { Connection, DrawnSubscription } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { Failure } from "../../ui/notice";

interface DrawProps {
  connection: Connection;
  /** Whether there is an address already, which ends. */
  isAnother?: boolean;
  onDrawn: (drawn: DrawnSubscription) => Promise<void>;
}

/** Draws an address to be given to Notion; in another's place only after saying what that ends. */
export function DrawAddress({ connection, isAnother, onDrawn }: DrawProps) {
  const [isAsking, setIsAsking] = useState(false);
  const params = { path: { id: connection.id } };
  const draw = useMutation({
    mutationFn: async () => {
      const { data } = await client.POST("/connections/{id}/subscription", { params });
      return data as DrawnSubscription;
    },
    onSuccess: (drawn) => {
      setIsAsking(false);
      return onDrawn(drawn);
    },
  });
  if (!isAnother) {
    return (
      <>
        <Button look="primary" isDisabled={draw.isPending} onPress={() => draw.mutate()}>
          Draw an address
        </Button>
        <Failure error={draw.error} />
      </>
    );
  }
  return (
    <>
      <Button onPress={() => setIsAsking(true)}>Draw another address</Button>
      <Confirm
        title="Draw another address?"
        verb="Draw it"
        isOpen={isAsking}
        isBusy={draw.isPending}
        error={draw.error}
        onConfirm={() => draw.mutate()}
        onClose={() => setIsAsking(false)}
      >
        <p>
          The address that Notion has now leads nowhere at once. Notion takes no other one for a
          subscription that was verified: delete that there, and make a new one.
        </p>
      </Confirm>
    </>
  );
}

interface EndProps {
  connection: Connection;
  onEnded: () => Promise<void>;
}

/** Ends a subscription, after saying what that stops. */
export function EndSubscription({ connection, onEnded }: EndProps) {
  const [isAsking, setIsAsking] = useState(false);
  const params = { path: { id: connection.id } };
  const end = useMutation({
    mutationFn: () => client.DELETE("/connections/{id}/subscription", { params }),
    onSuccess: () => {
      setIsAsking(false);
      announce("Notion is listened to no more.");
      return onEnded();
    },
  });
  return (
    <>
      <Button onPress={() => setIsAsking(true)}>Stop listening</Button>
      <Confirm
        title="Stop listening to Notion?"
        verb="Stop listening"
        isOpen={isAsking}
        isBusy={end.isPending}
        error={end.error}
        onConfirm={() => end.mutate()}
        onClose={() => setIsAsking(false)}
      >
        <p>
          The address leads nowhere any more, and syncs run at their times alone. Delete the
          subscription at Notion too, or it goes on sending for a while.
        </p>
      </Confirm>
    </>
  );
}
