import { useEffect, useRef, useState } from "react";
import { Input, SearchField } from "react-aria-components";
import { IconButton } from "./button";
import { Icon } from "./icon";

interface SearchBoxProps {
  /** What is searched: "Search datasets". */
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/**
 * A field that narrows a list while one types.
 *
 * What is typed stands here at once and in the address a little later; an address that somebody
 * else changed, by the way back, is taken over.
 */
export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  const change = (next: string) => {
    sent.current = next;
    setText(next);
    onChange(next);
  };
  return (
    <SearchField className="search-box" aria-label={label} value={text} onChange={change}>
      <Icon name="search" />
      <Input className="input" placeholder={label} data-shortcut="search" />
      {text && <IconButton label="Clear the search" icon="close" />}
    </SearchField>
  );
}
