import type { IconName } from "../../ui/icon";
import { account, creationsFor, menuFor } from "../navigation";

/** Something to go to or to do. */
export interface Command {
  id: string;
  label: string;
  /** What it is, beside its name. */
  note?: string;
  icon: IconName;
  act: { to: string } | { call: "sign-out" | "help" | "light" | "dark" | "system-theme" };
  /** Words that find it besides its label. */
  words?: string;
}

export interface Group {
  id: string;
  title: string;
  commands: Command[];
}

interface Thing {
  id: string;
  name: string;
}

/** What the user has, by kind. */
export interface Things {
  sites: readonly Thing[];
  datasets: readonly Thing[];
  connections: readonly Thing[];
  syncs: readonly Thing[];
}

/** Everything that somebody may go to or do, in the order in which it is offered. */
export function commandsFor(permissions: readonly string[], things: Things): Group[] {
  const groups = [
    { id: "go", title: "Go to", commands: pages(permissions) },
    { id: "new", title: "New", commands: creations(permissions) },
    {
      id: "things",
      title: "Yours",
      commands: [
        ...named(things.sites, "site", "Site", "chart"),
        ...named(things.datasets, "dataset", "Dataset", "dataset"),
        ...named(things.connections, "connection", "Connection", "link"),
        ...named(things.syncs, "sync", "Sync", "sync"),
      ],
    },
    { id: "do", title: "Do", commands: deeds },
  ];
  return groups.filter(({ commands }) => commands.length > 0);
}

function pages(permissions: readonly string[]): Command[] {
  return [...menuFor(permissions), account].map(({ to, label, icon, key }) => ({
    id: `go ${to}`,
    label,
    icon,
    note: `g ${key}`,
    act: { to },
  }));
}

function creations(permissions: readonly string[]): Command[] {
  return creationsFor(permissions).map(({ to, label }) => ({
    id: `new ${to}`,
    label,
    icon: "plus",
    words: "create add",
    act: { to },
  }));
}

function named(
  things: readonly Thing[],
  kind: "site" | "dataset" | "connection" | "sync",
  note: string,
  icon: IconName,
): Command[] {
  return things.map(({ id, name }) => ({
    id: `${kind} ${id}`,
    label: name,
    note,
    icon,
    act: { to: `/${kind}s/${encodeURIComponent(id)}` },
  }));
}

const deeds: Command[] = [
  { id: "help", label: "Keyboard shortcuts", icon: "keyboard", act: { call: "help" } },
  { id: "light", label: "Light theme", icon: "sun", words: "appearance", act: { call: "light" } },
  { id: "dark", label: "Dark theme", icon: "moon", words: "appearance", act: { call: "dark" } },
  {
    id: "system",
    label: "Theme of the system",
    icon: "overview",
    words: "appearance",
    act: { call: "system-theme" },
  },
  { id: "sign-out", label: "Sign out", icon: "exit", words: "log out", act: { call: "sign-out" } },
];

/** Whether what was typed finds a text: every word begins one of the text's words. */
export function isFound(text: string, typed: string): boolean {
  const words = text.toLowerCase().split(/[\s/_-]+/);
  return typed
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((part) => words.some((word) => word.startsWith(part)));
}
