import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { client } from "../../api/client";
import { useOnce } from "../../api/once";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import type { Dataset, ShareLevel } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Select, TextField } from "../../ui/fields";
import { Failure } from "../../ui/notice";
import { levels } from "./levels";

/** Shares a dataset with one more colleague, named by their address. */
export function AddShare({ dataset }: { dataset: Dataset }) {
  const [email, setEmail] = useState("");
  const [level, setLevel] = useState<ShareLevel>("view");
  const refresh = useRefresh();
  const once = useOnce();
  const add = useMutation({
    mutationFn: () =>
      client.POST("/datasets/{id}/shares", {
        params: { path: { id: dataset.id }, header: once(`${dataset.id} ${email} ${level}`) },
        body: { email, level },
      }),
    onSuccess: async () => {
      announce(`${dataset.name} is shared with ${email}.`);
      setEmail("");
      await refresh(`/datasets/{id}/shares`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const faults = fieldMessages(add.error);
  return (
    <form className="form" onSubmit={submit}>
      <TextField
        label="E-mail address"
        help="The one with which your colleague signs in here."
        type="email"
        isRequired
        autoComplete="off"
        value={email}
        onChange={setEmail}
        error={faults.email}
      />
      <Select
        label="How far"
        help={levels.find(({ value }) => value === level)?.note}
        options={levels}
        value={level}
        onChange={setLevel}
      />
      {!faults.email && <Failure error={add.error} />}
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={add.isPending}>
          Share
        </Button>
      </div>
    </form>
  );
}
