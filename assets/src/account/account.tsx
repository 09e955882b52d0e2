import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";
import { client } from "../api/client";
import { fieldMessages } from "../api/problem";
import { useSession } from "../api/session";
import { ShortcutsSwitch } from "../shell/keys/help";
import { applyTheme, chosenTheme, type Theme } from "../shell/theme";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Facts } from "../ui/facts";
import { TextField } from "../ui/fields";
import { formatMoment } from "../ui/format";
import { Failure } from "../ui/notice";
import { Page, Panel } from "../ui/page";
import { Sessions } from "./sessions";
import { Tokens } from "./tokens/list";

/** The user's own matters. */
export function Account() {
  const { user, expires_at } = useSession();
  return (
    <Page title="Your account">
      <div className="card">
        <Facts
          facts={[
            { label: "Name", value: user.name },
            { label: "E-mail", value: user.email },
            { label: "Roles", value: user.roles.join(", ") },
            { label: "This session ends", value: formatMoment(expires_at) },
          ]}
        />
      </div>
      <Panel title="Appearance">
        <ThemeChoice />
      </Panel>
      <Panel title="Keyboard">
        <p className="quiet-value">
          Letters lead about: g then d to the datasets, / to the search, ? to all of them.
        </p>
        <ShortcutsSwitch />
      </Panel>
      <Panel title="Password">
        <PasswordForm />
      </Panel>
      <Sessions />
      <Tokens />
    </Page>
  );
}

const themes: { value: Theme; label: string }[] = [
  { value: "system", label: "As the system has it" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

function ThemeChoice() {
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (next: string) => {
    applyTheme(next as Theme);
    setTheme(next as Theme);
  };
  return (
    <RadioGroup className="radio-group across form" value={theme} onChange={choose}>
      <Label className="label">Theme, in this browser</Label>
      {themes.map(({ value, label }) => (
        <Radio key={value} className="radio" value={value}>
          {label}
        </Radio>
      ))}
    </RadioGroup>
  );
}

const blank = { current: "", new: "" };

function PasswordForm() {
  const [passwords, setPasswords] = useState(blank);
  const change = useMutation({
    mutationFn: () => client.PUT("/auth/password", { body: passwords }),
    onSuccess: () => {
      setPasswords(blank);
      announce("The password is changed.");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const faults = fieldMessages(change.error);
  return (
    <form className="form" onSubmit={submit}>
      <TextField
        label="Present password"
        type="password"
        autoComplete="current-password"
        isRequired
        value={passwords.current}
        onChange={(current) => setPasswords({ ...passwords, current })}
        error={faults.current}
      />
      <TextField
        label="New password"
        help="At least 15 characters. A few words that do not belong together are best."
        type="password"
        autoComplete="new-password"
        isRequired
        value={passwords.new}
        onChange={(next) => setPasswords({ ...passwords, new: next })}
        error={faults.new}
      />
      <Failure error={change.error} shown={["current", "new"]} />
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={change.isPending}>
          Change password
        </Button>
      </div>
    </form>
  );
}
