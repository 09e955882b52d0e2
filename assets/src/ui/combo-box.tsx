import type { ReactNode } from "react";
import {
  ComboBox as AriaComboBox,
  Button,
  FieldError,
  Input,
  type Key,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Text,
} from "react-aria-components";
import { Icon } from "./icon";

interface ComboBoxProps {
  label: string;
  help?: ReactNode;
  error?: string;
  /** What can be chosen; each is its own name. */
  options: readonly string[];
  /** What an option means, where its name alone does not say it. */
  note?: (option: string) => string;
  value: string;
  onChange: (value: string) => void;
  /** Whether an option fits what was typed. */
  fits: (option: string, typed: string) => boolean;
  /** What is typed is taken as it stands; the options are only what is likely. */
  takesOther?: boolean;
  placeholder?: string;
}

/** One out of many, found by typing a part of it. */
export function ComboBox(props: ComboBoxProps) {
  const { label, help, error, options, note, fits, takesOther, placeholder } = props;
  return (
    <AriaComboBox
      className="field"
      defaultItems={options.map((id) => ({ id }))}
      {...(takesOther ? typedValue(props) : chosenValue(props))}
      defaultFilter={fits}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
    >
      <Label className="label">{label}</Label>
      {help && (
        <Text slot="description" className="help">
          {help}
        </Text>
      )}
      <div className="combo">
        <Input className="input" placeholder={placeholder} />
        <Button className="button plain icon-only">
          <Icon name="chevronDown" />
        </Button>
      </div>
      <FieldError className="field-error">{error}</FieldError>
      <Popover className="popover list">
        <ListBox
          className="options"
          renderEmptyState={() => <p className="palette-empty">None is called so.</p>}
        >
          {({ id }: { id: string }) => (
            <ListBoxItem id={id} textValue={id} className="option">
              <span>{id}</span>
              {note && (
                <Text slot="description" className="option-note">
                  {note(id)}
                </Text>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}

type Value = Pick<ComboBoxProps, "value" | "onChange">;

function chosenValue({ value, onChange }: Value) {
  return {
    value,
    onChange: (key: Key | null) => key !== null && onChange(String(key)),
    allowsEmptyCollection: true,
  };
}

function typedValue({ value, onChange }: Value) {
  return { inputValue: value, onInputChange: onChange, allowsCustomValue: true };
}
