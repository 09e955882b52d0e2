import { TextField } from "../ui/fields";
import { type Provider, wordsOf } from "./providers";

interface TokenFieldProps {
  provider: Provider;
  value: string;
  onChange: (value: string) => void;
  isSandbox: boolean;
  error?: string;
}

/** A vendor's token: typed or pasted, never shown. */
export function TokenField({ provider, value, onChange, isSandbox, error }: TokenFieldProps) {
  const { token = "Token", inSandbox, howTo } = wordsOf(provider);
  return (
    <TextField
      label={token}
      help={isSandbox ? inSandbox : howTo}
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
