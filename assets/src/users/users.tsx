import { useState } from "react";
import { $api } from "../api/client";
import type { User } from "../api/types";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Loaded } from "../ui/loaded";
import { Page } from "../ui/page";
import { Status } from "../ui/status";
import { type Column, Table } from "../ui/table";
import { Ago } from "../ui/time";
import { UserForm } from "./form";

/** Who may come in, and as what. */
export function Users() {
  const users = $api.useQuery("get", "/users", { params: { query: { limit: 500 } } });
  const [edited, setEdited] = useState<User | "new">();
  const close = () => setEdited(undefined);
  const known = edited === "new" ? undefined : edited;
  return (
    <Page
      title="Users"
      lead="Who may come in, and as what."
      actions={
        <Button look="primary" icon="plus" onPress={() => setEdited("new")}>
          Add a user
        </Button>
      }
    >
      <Loaded query={users}>
        {({ items }) => (
          <Table
            label="Users"
            columns={columnsFor(setEdited)}
            rows={items}
            rowId={({ id }) => id}
            isCards
          />
        )}
      </Loaded>
      <Dialog
        title={known?.name ?? "New user"}
        look="sheet"
        isOpen={edited !== undefined}
        onClose={close}
      >
        <UserForm user={known} onDone={close} />
      </Dialog>
    </Page>
  );
}

function columnsFor(edit: (user: User) => void): Column<User>[] {
  return [
    {
      id: "name",
      head: "Name",
      cell: (user) => (
        <Button look="plain" onPress={() => edit(user)}>
          {user.name}
        </Button>
      ),
    },
    { id: "email", head: "E-mail", cell: ({ email }) => email },
    { id: "roles", head: "Roles", cell: ({ roles }) => roles.join(", ") },
    {
      id: "state",
      head: "State",
      cell: ({ disabled }) =>
        disabled ? (
          <Status tone="bad" icon="close" label="Shut out" />
        ) : (
          <Status tone="good" icon="check" label="May come in" />
        ),
    },
    {
      id: "seen",
      head: "Last sign-in",
      isFigure: true,
      cell: (user) => (user.last_sign_in_at ? <Ago time={user.last_sign_in_at} /> : "Never"),
    },
  ];
}
