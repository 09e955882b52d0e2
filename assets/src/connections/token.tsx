import { TextField } from "../ui/fields";

interface TokenFieldProps {
  value: string;
  onChange: (value: string) => void;
  isSandbox: boolean;
  error?: string;
}

const scopes = ["data.records:read", "data.records:write", "schema.bases:read"];

/** A vendor's token: typed or pasted, never shown. */
export function TokenField({ value, onChange, isSandbox, error }: TokenFieldProps) {
  return (
    <TextField
      label="Personal access token"
      help={isSandbox ? "The sandbox takes any token that begins with pat." : <HowToGetOne />}
      type="password"
      isRequired
      isCode
      autoComplete="off"
      value={value}
      onChange={onChange}
      error={error}
    />
  );
}

function HowToGetOne() {
  return (
    <>
      Made at airtable.com/create/tokens, with the scopes{" "}
      {scopes.map((scope, index) => (
        <span key={scope}>
          {index > 0 && ", "}
          <code>{scope}</code>
        </span>
      ))}{" "}
      and access to the bases that you want to sync.
    </>
  );
}
