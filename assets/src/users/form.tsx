import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { useGuarded } from "../api/guarded";
import { useOnce } from "../api/once";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import { useSession } from "../api/session";
import type { Role, User } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { SaveFailure } from "../ui/conflict";
import type { Words } from "../ui/differences";
import { Checkbox, CheckboxList, TextField } from "../ui/fields";

const roles: { value: Role; label: string }[] = [
  { value: "admin", label: "Admin: users and settings, no records" },
  { value: "member", label: "Member: own datasets, connections and syncs" },
  { value: "analyst", label: "Analyst: reads datasets and syncs" },
  { value: "auditor", label: "Auditor: reads the book" },
];

interface UserFormProps {
  /** The user to change; a new one when left out. */
  user?: User;
  /** Somebody begins to edit. */
  onFocus?: () => void;
  /** What was edited is dropped, for what others saved. */
  onReload?: () => void;
  onDone: () => void;
}

interface Wish {
  name: string;
  roles: Role[];
  disabled: boolean;
  /** Left empty, it stays. */
  password: string;
}

/** Who a new user is before they are there. */
const nobody: Pick<User, "name" | "roles" | "disabled" | "version"> = {
  name: "",
  roles: [],
  disabled: false,
  version: 0,
};

function describeUser({ name, roles, disabled }: typeof nobody): Words {
  return {
    Name: name,
    Roles: [...roles].sort().join(", "),
    State: disabled ? "Shut out" : "May come in",
  };
}

async function readUser(id: string): Promise<typeof nobody> {
  const { data } = await client.GET("/users/{id}", { params: { path: { id } } });
  return data as User;
}

async function change(id: string, { password, ...wish }: Wish, tag: string) {
  const params = { path: { id }, header: { "If-Match": tag } };
  const body = password ? { ...wish, password } : wish;
  await client.PATCH("/users/{id}", { params, body });
}

async function add(
  { name, email, roles, password }: Wish & { email: string },
  header: { "Idempotency-Key": string },
) {
  await client.POST("/users", { params: { header }, body: { name, email, roles, password } });
}

export function UserForm({ user, onFocus, onReload, onDone }: UserFormProps) {
  const [name, setName] = useState(user?.name ?? "");
  const [email, setEmail] = useState(user?.email ?? "");
  const [chosen, setChosen] = useState<Role[]>(user?.roles ?? ["member"]);
  const [password, setPassword] = useState("");
  const [disabled, setDisabled] = useState(user?.disabled ?? false);
  const { user: self } = useSession();
  const refresh = useRefresh();
  const once = useOnce();
  const save = useGuarded({
    read: () => readUser(user?.id ?? ""),
    write: (wish: Wish, tag) =>
      user ? change(user.id, wish, tag) : add({ ...wish, email }, once({ ...wish, email })),
    onSaved: async () => {
      announce(`${name} is saved.`);
      onDone();
      await refresh("/users");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wish = { name, roles: chosen, disabled, password };
    save.mutate({ wish, version: user?.version ?? 0 });
  };
  const faults = fieldMessages(save.error);
  return (
    <form className="form" onSubmit={submit} onFocus={onFocus}>
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
      <SaveFailure
        error={save.error}
        shown={["name", "email", "password"]}
        seen={user ?? nobody}
        words={describeUser}
        apply={(theirs, wish) => ({ ...theirs, ...wish })}
        isBusy={save.isPending}
        onReload={() => {
          onReload?.();
          void refresh("/users");
        }}
        onOverwrite={save.mutate}
      />
      <div className="actions end">
        <Button look="primary" type="submit" isDisabled={chosen.length === 0 || save.isPending}>
          {user ? "Save" : "Add"}
        </Button>
      </div>
    </form>
  );
}
