import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { Icon } from "./icon";

interface Crumb {
  label: string;
  to: string;
}

export interface PageProps {
  /** The heading and the window's title; left out while what it names is still being read. */
  title: string | undefined;
  crumbs?: Crumb[];
  /** A sentence or a line of facts below the heading. */
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of every page: where it is, what it is called, what can be done here. */
export function Page({ title, crumbs = [], lead, actions, children }: PageProps) {
  useEffect(() => {
    document.title = title ? `${title} · Weighbridge` : "Weighbridge";
  }, [title]);
  return (
    <div className="page">
      <header className="page-head">
        {crumbs.length > 0 && (
          <nav className="crumbs" aria-label="Breadcrumb">
            {crumbs.map(({ label, to }) => (
              <Link key={to} to={to}>
                <Icon name="chevronLeft" />
                {label}
              </Link>
            ))}
          </nav>
        )}
        <div className="page-title">
          <h1 tabIndex={-1}>{title ?? <span className="skeleton line" />}</h1>
          {actions && <div className="actions">{actions}</div>}
        </div>
        {lead && <div className="lead">{lead}</div>}
      </header>
      {children}
    </div>
  );
}

interface PanelProps {
  title: string;
  /** Shown at the right of the title. */
  aside?: ReactNode;
  children: ReactNode;
}

/** One subject of a page, under its own heading. */
export function Panel({ title, aside, children }: PanelProps) {
  return (
    <section className="panel">
      <div className="panel-head">
        <h2 tabIndex={-1}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
