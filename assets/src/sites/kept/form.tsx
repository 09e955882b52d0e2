import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Switch } from "../../ui/choices";
import { TextField } from "../../ui/fields";
import { Failure } from "../../ui/notice";
import type { Calls, Thing } from "./calls";

interface FormProps<Kept extends Thing> {
  calls: Calls<Kept>;
  label: string;
  /** What is changed; another is made when left out. */
  thing?: Kept;
  /** Whether there is something on the page to take over. */
  canTake: boolean;
  onSaved: (thing: Kept) => void;
}

/** The name of a thing, and whether it takes what stands on the page. */
export function KeptForm<Kept extends Thing>(props: FormProps<Kept>) {
  const { calls, label, thing, canTake, onSaved } = props;
  const [name, setName] = useState(thing?.name ?? "");
  const [takes, setTakes] = useState(false);
  const refresh = useRefresh();
  const save = useMutation({
    mutationFn: () =>
      thing ? calls.change(thing, name, takes ? "page" : "itself") : calls.make(name),
    onSuccess: async (saved) => {
      onSaved(saved);
      announce(`The ${calls.noun} ${saved.name} is saved.`);
      await refresh(...calls.touches);
    },
    // Somebody else may have changed it.
    onError: () => refresh(...calls.touches),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="filter-editor" onSubmit={submit}>
      <TextField
        label={label}
        isRequired
        autoComplete="off"
        value={name}
        onChange={setName}
        error={fieldMessages(save.error).name}
      />
      {thing && canTake && (
        <Switch isSelected={takes} onChange={setTakes}>
          {calls.words.take}
        </Switch>
      )}
      <Failure error={save.error} shown={["name"]} />
      <div className="actions end">
        <Button type="submit" look="primary" isDisabled={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
