import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import { useSession } from "../api/session";
import type { Role, User } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Checkbox, CheckboxList, TextField } from "../ui/fields";
import { Failure } from "../ui/notice";

const roles: { value: Role; label: string }[] = [
  { value: "admin", label: "Admin: users and settings, no records" },
  { value: "member", label: "Member: own datasets, connections and syncs" },
  { value: "analyst", label: "Analyst: reads datasets and syncs" },
  { value: "auditor", label: "Auditor: reads the book" },
];

interface UserFormProps {
  /** The user to change; a new one when left out. */
  user?: User;
  onDone: () => void;
}

export function UserForm({ user, onDone }: UserFormProps) {
  const [name, setName] = useState(user?.name ?? "");
  const [email, setEmail] = useState(user?.email ?? "");
  const [chosen, setChosen] = useState<Role[]>(user?.roles ?? ["member"]);
  const [password, setPassword] = useState("");
  const [disabled, setDisabled] = useState(user?.disabled ?? false);
  const { user: self } = useSession();
  const refresh = useRefresh();
  const save = useMutation({
    mutationFn: () =>
      user
        ? client.PATCH("/users/{id}", {
            params: { path: { id: user.id } },
            body: { name, roles: chosen, disabled, ...(password ? { password } : {}) },
          })
        : client.POST("/users", { body: { name, email, roles: chosen, password } }),
    onSuccess: async () => {
      announce(`${name} is saved.`);
      onDone();
      await refresh("/users");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const faults = fieldMessages(save.error);
  return (
    <form className="form" onSubmit={submit}>
      <TextField label="Name" isRequired value={name} onChange={setName} error={faults.name} />
      <TextField
        label="E-mail"
        type="email"
        isRequired
        isDisabled={user !== undefined}
        autoComplete="off"
        value={email}
        onChange={setEmail}
        error={faults.email}
      />
      <CheckboxList label="Roles" options={roles} value={chosen} onChange={setChosen} />
      <TextField
        label={user ? "New password" : "First password"}
        help={
          user
            ? "Left empty, the password stays."
            : "At least 15 characters. Hand it over in person; it can be changed after the sign-in."
        }
        type="password"
        autoComplete="new-password"
        isRequired={!user}
        value={password}
        onChange={setPassword}
        error={faults.password}
      />
      {user && user.id !== self.id && (
        <Checkbox isSelected={disabled} onChange={setDisabled}>
          Shut out: every session ends at once
        </Checkbox>
      )}
      <Failure error={save.error} />
      <div className="actions end">
        <Button look="primary" type="submit" isDisabled={chosen.length === 0 || save.isPending}>
          {user ? "Save" : "Add"}
        </Button>
      </div>
    </form>
  );
}
