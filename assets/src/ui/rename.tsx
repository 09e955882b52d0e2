import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { fieldMessages } from "../api/problem";
import { announce } from "./announce";
import { Button } from "./button";
import { TextField } from "./fields";
import { Failure } from "./notice";

interface RenameProps {
  name: string;
  /** Shows the new name before it is saved; gives what takes it back. */
  showAtOnce: (name: string) => () => void;
  save: (name: string) => Promise<unknown>;
}

/** The name of a thing, and its new one. */
export function Rename({ name: known, showAtOnce, save }: RenameProps) {
  const [name, setName] = useState(known);
  const rename = useMutation({
    mutationFn: save,
    onMutate: showAtOnce,
    onError: (_error, _name, takeBack) => takeBack?.(),
    onSuccess: () => announce(`The name is ${name} now.`),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate(name);
  };
  return (
    <form className="form" onSubmit={submit}>
      <div className="toolbar">
        <div className="grow">
          <TextField
            label="Name"
            isRequired
            value={name}
            onChange={setName}
            error={fieldMessages(rename.error).name}
          />
        </div>
        <Button type="submit" isDisabled={name === known || rename.isPending}>
          Rename
        </Button>
      </div>
      <Failure error={rename.error} />
    </form>
  );
}
