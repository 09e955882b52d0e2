import { Link } from "@tanstack/react-router";

interface TabsProps {
  label: string;
  tabs: { to: string; label: string }[];
}

/** Sister pages of one thing, each with an address of its own. */
export function Tabs({ label, tabs }: TabsProps) {
  return (
    <nav className="tabs" aria-label={label} data-keeps-focus>
      {tabs.map(({ to, label }) => (
        <Link key={to} to={to} activeOptions={{ exact: true, includeSearch: false }}>
          {label}
        </Link>
      ))}
    </nav>
  );
}
