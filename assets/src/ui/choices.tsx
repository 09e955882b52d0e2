import type { ReactNode } from "react";
import {
  Checkbox as AriaCheckbox,
  Switch as AriaSwitch,
  CheckboxGroup,
  FieldError,
  Label,
  Radio,
  RadioGroup,
} from "react-aria-components";
import type { Option } from "./fields";
import { Icon } from "./icon";

interface RadiosProps<Value extends string> {
  label: string;
  options: readonly Option<Value>[];
  value: Value;
  onChange: (value: Value) => void;
  /** Side by side, where each is but a word or two. */
  isAcross?: boolean;
}

/** One out of a few, all of them in sight. */
export function Radios<Value extends string>(props: RadiosProps<Value>) {
  const { label, options, value, onChange, isAcross } = props;
  return (
    <RadioGroup
      className={isAcross ? "radio-group across" : "radio-group"}
      value={value}
      onChange={(next) => onChange(next as Value)}
    >
      <Label className="label">{label}</Label>
      {options.map(({ value, label, note }) => (
        <Radio key={value} className="radio" value={value}>
          <span>
            {label}
            {note && <span className="help choice-note">{note}</span>}
          </span>
        </Radio>
      ))}
    </RadioGroup>
  );
}

interface CheckButtonsProps<Value extends string> {
  label: string;
  options: readonly Option<Value>[];
  value: Value[];
  onChange: (value: Value[]) => void;
  error?: string;
}

/** Any number out of a few short words, each a button that stays down. */
export function CheckButtons<Value extends string>(props: CheckButtonsProps<Value>) {
  const { label, options, value, onChange, error } = props;
  return (
    <CheckboxGroup
      className="field"
      value={value}
      onChange={(next) => onChange(next as Value[])}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
    >
      <Label className="label">{label}</Label>
      <div className="check-buttons">
        {options.map(({ value, label }) => (
          <AriaCheckbox key={value} value={value} className="check-button">
            <Icon name="check" />
            {label}
          </AriaCheckbox>
        ))}
      </div>
      <FieldError className="field-error">{error}</FieldError>
    </CheckboxGroup>
  );
}

interface SwitchProps {
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  isDisabled?: boolean;
  children: ReactNode;
}

/** On or off, at once. */
export function Switch({ children, ...rest }: SwitchProps) {
  return (
    <AriaSwitch {...rest} className="switch">
      <span className="track" aria-hidden="true" />
      <span>{children}</span>
    </AriaSwitch>
  );
}
