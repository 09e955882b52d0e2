import { Input, SearchField } from "react-aria-components";
import { IconButton } from "./button";
import { Icon } from "./icon";
import { useTyped } from "./typed";

interface SearchBoxProps {
  /** What is searched: "Search datasets". */
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A field that narrows a list while one types. */
export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  const [text, setText] = useTyped(value, onChange);
  return (
    <SearchField className="search-box" aria-label={label} value={text} onChange={setText}>
      <Icon name="search" />
      <Input className="input" placeholder={label} data-shortcut="search" />
      {text && <IconButton label="Clear the search" icon="close" />}
    </SearchField>
  );
}
