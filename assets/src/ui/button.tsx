import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";
import { Icon, type IconName } from "./icon";

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "style" | "children"> {
  /** `primary` once a page at most; `danger` for what cannot be undone, `removal` for what asks first; `plain` within text and tables. */
  look?: "primary" | "secondary" | "danger" | "removal" | "plain";
  icon?: IconName;
  children: ReactNode;
}

export function Button({ look = "secondary", icon, children, ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={`button ${look}`}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </AriaButton>
  );
}

/** A button that shows its drawing alone; `label` is what it is called. */
export function IconButton({
  label,
  icon,
  ...rest
}: Omit<ButtonProps, "children" | "look"> & { label: string; icon: IconName }) {
  return (
    <AriaButton {...rest} aria-label={label} className="button plain icon-only">
      <Icon name={icon} />
    </AriaButton>
  );
}
