import { Link } from "@tanstack/react-router";

interface TabsProps {
  label: string;
  tabs: {
    to: string;
    label: string;
    /** The parts of the address that mean the same there. */
    keeps?: readonly string[];
  }[];
}

/** Sister pages of one thing, each with an address of its own. */
export function Tabs({ label, tabs }: TabsProps) {
  return (
    <nav className="tabs" aria-label={label} data-keeps-focus>
      {tabs.map(({ to, label, keeps = [] }) => (
        <Link
          key={to}
          to={to}
          search={(now: object) =>
            Object.fromEntries(Object.entries(now).filter(([part]) => keeps.includes(part)))
          }
          activeOptions={{ exact: true, includeSearch: false }}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
