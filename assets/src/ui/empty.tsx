import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon";

interface EmptyProps {
  icon: IconName;
  title: string;
  /** What would stand here, and how to get it. */
  children: ReactNode;
  action?: ReactNode;
}

/** What is shown where nothing is yet: it teaches, and leads on. */
export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      <div className="empty-text">{children}</div>
      {action && <div className="actions">{action}</div>}
    </div>
  );
}
