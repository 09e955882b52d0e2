import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { client } from "../api/client";
import { ApiProblem, fieldMessages } from "../api/problem";
import { adoptSession } from "../api/session";
import { Button } from "../ui/button";
import { TextField } from "../ui/fields";
import { Gate } from "../ui/gate";
import { Failure, Notice } from "../ui/notice";

/** Makes the first user: whoever holds the link that the service printed. */
export function Setup() {
  const tokenOfLink = useTokenOfLink();
  const [token, setToken] = useState(tokenOfLink);
  const [person, setPerson] = useState({ name: "", email: "", password: "" });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const setUp = useMutation({
    mutationFn: () => client.POST("/setup", { body: { token, ...person } }),
    onSuccess: async ({ data }) => {
      adoptSession(queries, data ?? null);
      await navigate({ to: "/" });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setUp.mutate();
  };
  const change = (part: Partial<typeof person>) => setPerson({ ...person, ...part });
  const wrong = fieldMessages(setUp.error);
  const shown = ["name", "email", "password", ...(tokenOfLink ? [] : ["token"])];
  const isDone = setUp.error instanceof ApiProblem && setUp.error.code === "setup_done";
  return (
    <Gate title="Set up Weighbridge">
      <p>You become its administrator and its first member. Others are added once you are in.</p>
      <form className="form card" onSubmit={submit}>
        {!tokenOfLink && (
          <TextField
            label="Set-up token"
            help="The part after #token= in the link that the service printed."
            isRequired
            isCode
            autoComplete="off"
            value={token}
            onChange={setToken}
            error={wrong.token}
          />
        )}
        <TextField
          label="Your name"
          autoComplete="name"
          isRequired
          autoFocus
          value={person.name}
          onChange={(name) => change({ name })}
          error={wrong.name}
        />
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          isRequired
          value={person.email}
          onChange={(email) => change({ email })}
          error={wrong.email}
        />
        <TextField
          label="Password"
          help="At least 15 characters. A few words that do not belong together are best."
          type="password"
          autoComplete="new-password"
          isRequired
          value={person.password}
          onChange={(password) => change({ password })}
          error={wrong.password}
        />
        {isDone ? <AlreadyDone /> : <Failure error={setUp.error} shown={shown} />}
        <Button look="primary" type="submit" isDisabled={setUp.isPending}>
          {setUp.isPending ? "Setting up…" : "Set up and sign in"}
        </Button>
      </form>
    </Gate>
  );
}

function AlreadyDone() {
  return (
    <Notice tone="info" title="This appliance has been set up already">
      <p>
        <Link to="/signin">Sign in</Link> instead.
      </p>
    </Notice>
  );
}

/** Takes the token out of the address's fragment, which is never sent and does not stay in sight. */
function useTokenOfLink(): string {
  const { hash } = useLocation();
  const navigate = useNavigate();
  const [token] = useState(() => new URLSearchParams(hash).get("token") ?? "");
  useEffect(() => {
    if (token) void navigate({ to: "/setup", hash: "", replace: true });
  }, [token, navigate]);
  return token;
}
