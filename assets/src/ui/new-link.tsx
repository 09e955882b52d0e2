import { Link, type LinkProps } from "@tanstack/react-router";
import { Icon } from "./icon";

interface NewLinkProps {
  to: LinkProps["to"];
  label: string;
}

/** Leads to where one more of what a page lists is made; the key `n` presses it. */
export function NewLink({ to, label }: NewLinkProps) {
  return (
    <Link to={to} className="button primary" data-shortcut="new">
      <Icon name="plus" />
      {label}
    </Link>
  );
}
