import { Icon, type IconName } from "./icon";

export interface StatusWord {
  tone: "neutral" | "good" | "warn" | "bad" | "busy";
  icon: IconName;
  label: string;
}

/** A state in one word; never by colour alone. */
export function Status({ tone, icon, label }: StatusWord) {
  return (
    <span className={`status ${tone}`}>
      <Icon name={icon} />
      {label}
    </span>
  );
}
