import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Select, TextField } from "../ui/fields";
import { Failure } from "../ui/notice";
import { type Shareable, sharesOf } from "./shareable";

/** Shares a thing with one more colleague, named by their address. */
export function AddShare<Level extends string>({ thing }: { thing: Shareable<Level> }) {
  const { levels } = thing;
  const [email, setEmail] = useState("");
  const [level, setLevel] = useState(levels[0].value);
  const refresh = useRefresh();
  const add = useMutation({
    mutationFn: () => thing.share({ email, level }),
    onSuccess: async () => {
      announce(`${thing.name} is shared with ${email}.`);
      setEmail("");
      await refresh(sharesOf(thing));
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
