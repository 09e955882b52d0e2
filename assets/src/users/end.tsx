import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../api/client";
import type { User } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";

/** Ends all that a user is signed in with, for when a device or a token was lost. */
export function EndSessions({ user: { id, name } }: { user: User }) {
  const [isAsking, setIsAsking] = useState(false);
  const close = () => setIsAsking(false);
  const end = useMutation({
    mutationFn: () => client.DELETE("/users/{id}/sessions", { params: { path: { id } } }),
    onSuccess: () => {
      close();
      announce(`All sessions and tokens of ${name} have ended.`);
    },
  });
  return (
    <div className="line-part">
      <h3>Something was lost or left open?</h3>
      <div className="between">
        <p className="quiet-value">Ends all sessions and tokens; the account stays as it is.</p>
        <Button look="removal" onPress={() => setIsAsking(true)}>
          End all sessions and tokens
        </Button>
      </div>
      <Confirm
        title={`End all sessions and tokens of ${name}?`}
        verb="End them"
        isOpen={isAsking}
        isBusy={end.isPending}
        error={end.error}
        onConfirm={() => end.mutate()}
        onClose={close}
      >
        <p>
          {name} is signed out everywhere at once and may sign in again with the password. Tokens of
          programs cannot be brought back: new ones have to be made and handed out.
        </p>
      </Confirm>
    </div>
  );
}
