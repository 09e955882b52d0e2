import { getRouteApi } from "@tanstack/react-router";
import { rowsOf, useUsers } from "../api/lists";
import { useSession } from "../api/session";
import type { User } from "../api/types";
import { changeSearch } from "../ui/address";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Listing } from "../ui/listing";
import { Pinned } from "../ui/pinned";
import { Status } from "../ui/status";
import type { Column } from "../ui/table";
import { Ago } from "../ui/time";
import { EndSessions } from "./end";
import { UserForm } from "./form";

const route = getRouteApi("/signed-in/users");

/** Who may come in, and as what. */
export function Users() {
  const pages = useUsers();
  const navigate = route.useNavigate();
  const open = (user: string | undefined) =>
    navigate({ search: (now) => changeSearch(now, { user }), resetScroll: false });
  return (
    <Listing
      title="Users"
      lead="Who may come in, and as what."
      noun="user"
      pages={pages}
      columns={columnsFor(open)}
      words={({ name, email, roles }) => [name, email, ...roles].join(" ")}
      create={
        <Button look="primary" icon="plus" data-shortcut="new" onPress={() => open("new")}>
          Add a user
        </Button>
      }
      empty={{ icon: "user", title: "Nobody yet", text: "Add those who are to come in." }}
    >
      <UserSheet users={rowsOf(pages)} onClose={() => open(undefined)} />
    </Listing>
  );
}

/** The user that the address names. */
function UserSheet({ users, onClose }: { users: readonly User[]; onClose: () => void }) {
  const { user: wanted } = route.useSearch();
  const { user: self } = useSession();
  const known = users.find(({ id }) => id === wanted);
  return (
    <Dialog
      title={known?.name ?? "New user"}
      look="sheet"
      isOpen={known !== undefined || wanted === "new"}
      onClose={onClose}
    >
      {known ? (
        <Pinned thing={known}>
          {(seen, { hold, release }) => (
            <UserForm user={seen} onFocus={hold} onReload={release} onDone={onClose} />
          )}
        </Pinned>
      ) : (
        <UserForm onDone={onClose} />
      )}
      {known && known.id !== self.id && <EndSessions user={known} />}
    </Dialog>
  );
}

const roleNames: Record<User["roles"][number], string> = {
  admin: "Admin",
  member: "Member",
  analyst: "Analyst",
  auditor: "Auditor",
};

function columnsFor(open: (user: string) => void): Column<User>[] {
  return [
    {
      id: "name",
      head: "Name",
      rank: ({ name }) => name,
      cell: ({ id, name }) => (
        <Button look="plain" onPress={() => open(id)}>
          {name}
        </Button>
      ),
    },
    { id: "email", head: "E-mail", rank: ({ email }) => email, cell: ({ email }) => email },
    {
      id: "roles",
      head: "Roles",
      cell: ({ roles }) => roles.map((role) => roleNames[role]).join(", "),
    },
    {
      id: "state",
      head: "State",
      rank: ({ disabled }) => Number(disabled),
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
      rank: ({ last_sign_in_at }) => last_sign_in_at,
      cell: (user) => (user.last_sign_in_at ? <Ago time={user.last_sign_in_at} /> : "Never"),
    },
  ];
}
