import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { $api, client } from "../api/client";
import { adoptSession } from "../api/session";
import { Button } from "../ui/button";
import { TextField } from "../ui/fields";
import { Gate } from "../ui/gate";
import { Failure, Notice } from "../ui/notice";
import { safeBack } from "./back";

const route = getRouteApi("/signin");

export function SignIn() {
  const setup = $api.useQuery("get", "/setup");
  return (
    <Gate title="Sign in">
      {setup.data?.needed && <NotSetUp />}
      <SignInForm />
    </Gate>
  );
}

function NotSetUp() {
  return (
    <Notice tone="info" title="This appliance has not been set up yet">
      <p>
        Open the set-up link that the service printed when it started. An administrator gets a new
        one on the machine itself with <code>weighbridge setup-link</code>.
      </p>
    </Notice>
  );
}

function SignInForm() {
  const { back } = route.useSearch();
  const queries = useQueryClient();
  const router = useRouter();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => client.POST("/auth/login", { body: { email, password } }),
    onSuccess: ({ data }) => {
      adoptSession(queries, data ?? null);
      router.history.push(safeBack(back));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <form className="form card" onSubmit={submit}>
      <TextField
        label="E-mail"
        type="email"
        autoComplete="username"
        isRequired
        autoFocus
        value={email}
        onChange={setEmail}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="current-password"
        isRequired
        value={password}
        onChange={setPassword}
      />
      <Failure error={signIn.error} />
      <Button look="primary" type="submit" isDisabled={signIn.isPending}>
        {signIn.isPending ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}
