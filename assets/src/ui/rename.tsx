import { type FormEvent, useState } from "react";
import { useGuarded } from "../api/guarded";
import { fieldMessages } from "../api/problem";
import { announce } from "./announce";
import { Button } from "./button";
import { SaveFailure } from "./conflict";
import { TextField } from "./fields";
import { Pinned } from "./pinned";

interface Named {
  name: string;
  version: number;
}

interface RenameProps<Thing extends Named> {
  thing: Thing;
  /** Shows the new name before it is saved; gives what takes it back. */
  showAtOnce: (wish: { name: string }) => () => void;
  read: () => Promise<Thing>;
  /** Saves the name, on the condition that the thing is at `tag`. */
  write: (wish: { name: string }, tag: string) => Promise<unknown>;
  /** Reads anew what shows the name. */
  refresh: () => Promise<unknown>;
}

/** The name of a thing, and its new one. */
export function Rename<Thing extends Named>(props: RenameProps<Thing>) {
  return (
    <Pinned thing={props.thing}>
      {(seen, { hold, release }) => (
        <RenameForm {...props} thing={seen} onFocus={hold} onDone={release} />
      )}
    </Pinned>
  );
}

interface RenameFormProps<Thing extends Named> extends RenameProps<Thing> {
  onFocus: () => void;
  onDone: () => void;
}

function RenameForm<Thing extends Named>(props: RenameFormProps<Thing>) {
  const { thing, showAtOnce, read, write, refresh, onFocus, onDone } = props;
  const [name, setName] = useState(thing.name);
  const leave = () => {
    onDone();
    return refresh();
  };
  const rename = useGuarded({
    read,
    write,
    showAtOnce,
    onSaved: (_saved, { name }) => {
      announce(`The name is ${name} now.`);
      return leave();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate({ wish: { name }, version: thing.version });
  };
  return (
    <form className="form" onSubmit={submit} onFocus={onFocus}>
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
        <Button type="submit" isDisabled={name === thing.name || rename.isPending}>
          Rename
        </Button>
      </div>
      <SaveFailure
        error={rename.error}
        shown={["name"]}
        seen={thing}
        words={({ name }) => ({ Name: name })}
        apply={(theirs, wish) => ({ ...theirs, ...wish })}
        isBusy={rename.isPending}
        onReload={leave}
        onOverwrite={rename.mutate}
      />
    </form>
  );
}
