import type { ReactNode } from "react";
import {
  Checkbox as AriaCheckbox,
  Select as AriaSelect,
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
  Button,
  CheckboxGroup,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
  TextArea,
} from "react-aria-components";
import { Icon, type IconName } from "./icon";

interface Labelled {
  label: string;
  /** Shown below the label, for those who do not know yet. */
  help?: ReactNode;
  /** What is wrong with the value. */
  error?: string;
}

export interface TextFieldProps
  extends Labelled,
    Omit<AriaTextFieldProps, "className" | "style" | "children"> {
  /** Several lines instead of one. */
  rows?: number;
  placeholder?: string;
  /** Figures and code: a fixed-width face. */
  isCode?: boolean;
  /** The label is for screen readers alone, where the surroundings say it to the eye. */
  hideLabel?: boolean;
  /** The label stands before the input, not above it. */
  isBeside?: boolean;
  /** The keyboard's own word for the field; see `shell/keys`. */
  shortcut?: "search";
}

export function TextField({
  shortcut,
  isBeside,
  label,
  help,
  error,
  rows,
  placeholder,
  isCode,
  hideLabel,
  ...rest
}: TextFieldProps) {
  const look = isCode ? "input code" : "input";
  return (
    <AriaTextField
      {...rest}
      isInvalid={rest.isInvalid ?? Boolean(error)}
      validationBehavior="aria"
      className={isBeside ? "field beside" : "field"}
    >
      <Label className={hideLabel ? "visually-hidden" : "label"}>{label}</Label>
      {help && (
        <Text slot="description" className="help">
          {help}
        </Text>
      )}
      {rows ? (
        <TextArea className={look} rows={rows} placeholder={placeholder} />
      ) : (
        <Input className={look} placeholder={placeholder} data-shortcut={shortcut} />
      )}
      <FieldError className="field-error">{error}</FieldError>
    </AriaTextField>
  );
}

export interface Option<Value extends string> {
  value: Value;
  label: string;
  note?: string;
}

interface SelectProps<Value extends string> extends Labelled {
  options: readonly Option<Value>[];
  value: Value | null;
  onChange: (value: Value) => void;
  placeholder?: string;
  isDisabled?: boolean;
  hideLabel?: boolean;
}

export function Select<Value extends string>({
  label,
  help,
  error,
  options,
  value,
  onChange,
  placeholder = "Choose…",
  isDisabled,
  hideLabel,
}: SelectProps<Value>) {
  return (
    <AriaSelect
      className="field"
      value={value}
      onChange={(key) => onChange(key as Value)}
      isInvalid={Boolean(error)}
      isDisabled={isDisabled}
      placeholder={placeholder}
    >
      <Label className={hideLabel ? "visually-hidden" : "label"}>{label}</Label>
      {help && (
        <Text slot="description" className="help">
          {help}
        </Text>
      )}
      <Button className="input select">
        <SelectValue className="select-value" />
        <Icon name="chevronDown" />
      </Button>
      <FieldError className="field-error">{error}</FieldError>
      <Popover className="popover list">
        <ListBox className="options" items={options}>
          {(option) => (
            <ListBoxItem id={option.value} textValue={option.label} className="option">
              <span>{option.label}</span>
              {option.note && (
                <Text slot="description" className="option-note">
                  {option.note}
                </Text>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

interface CheckboxProps {
  isSelected: boolean;
  /** Some of what it stands for is selected, and some is not. */
  isIndeterminate?: boolean;
  onChange: (isSelected: boolean) => void;
  isDisabled?: boolean;
  /** What a screen reader says where `children` is absent. */
  label?: string;
  children?: ReactNode;
}

export function Checkbox({ label, children, ...rest }: CheckboxProps) {
  return (
    <AriaCheckbox {...rest} aria-label={label} className="checkbox">
      <Box mark={rest.isIndeterminate ? "minus" : "check"} />
      {children && <span>{children}</span>}
    </AriaCheckbox>
  );
}

interface CheckboxListProps<Value extends string> {
  label: string;
  options: readonly Option<Value>[];
  value: Value[];
  onChange: (value: Value[]) => void;
  isDisabled?: boolean;
}

/** Any number out of a list. */
export function CheckboxList<Value extends string>(props: CheckboxListProps<Value>) {
  const { label, options, value, onChange, isDisabled } = props;
  return (
    <CheckboxGroup
      className="field"
      value={value}
      onChange={(next) => onChange(next as Value[])}
      isDisabled={isDisabled}
    >
      <Label className="label">{label}</Label>
      {options.map((option) => (
        <AriaCheckbox key={option.value} value={option.value} className="checkbox">
          <Box />
          <span>{option.label}</span>
        </AriaCheckbox>
      ))}
    </CheckboxGroup>
  );
}

function Box({ mark = "check" }: { mark?: IconName }) {
  return (
    <span className="box">
      <Icon name={mark} />
    </span>
  );
}
