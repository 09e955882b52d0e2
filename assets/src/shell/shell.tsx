import { Link, Outlet, useMatches, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useDeferredValue, useEffect, useState } from "react";
import { useSession, useSignOut } from "../api/session";
import { Announcements } from "../ui/announce";
import { NoLeave } from "../ui/boundary";
import { Button } from "../ui/button";
import { Icon, Mark } from "../ui/icon";
import { KeysHelp, paletteKeys } from "./keys/help";
import { useKeys } from "./keys/use-keys";
import { LimitNotice } from "./limited";
import { account, menuFor } from "./navigation";
import { OfflineNotice } from "./offline";

// Not needed before somebody asks for it.
const Palette = lazy(async () => ({ default: (await import("./palette/palette")).Palette }));

/** The frame of every page behind the sign-in: the menu at the side, the page beside it. */
export function Shell() {
  const menu = useMenuThatCloses();
  const { open, show, close } = useOverlays();
  const { permissions } = useSession();
  const places = [...menuFor(permissions), account];
  const leave = useLeave();
  useHeadingFocus();
  useKeys(places, { onHelp: () => show("help"), onPalette: () => show("palette") });
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="side" data-open={menu.value || undefined}>
        <div className="side-top">
          <Link to="/" className="brand">
            <Mark />
            Weighbridge
          </Link>
          <span className="nav-toggle">
            <Button icon="menu" aria-expanded={menu.value} onPress={menu.toggle}>
              Menu
            </Button>
          </span>
        </div>
        <div className="find">
          <Button icon="search" aria-haspopup="dialog" onPress={() => show("palette")}>
            Find <kbd>{paletteKeys}</kbd>
          </Button>
        </div>
        <MainMenu />
        <Foot onHelp={() => show("help")} onSignOut={leave} />
      </header>
      <main id="main" className="main" tabIndex={-1}>
        <OfflineNotice />
        <LimitNotice />
        <FramedPage />
      </main>
      <Announcements />
      <KeysHelp places={places} isOpen={open === "help"} onClose={close} />
      {open === "palette" && (
        <Suspense>
          <Palette isOpen onClose={close} onHelp={() => show("help")} onSignOut={leave} />
        </Suspense>
      )}
    </div>
  );
}

/** The page comes a moment after its frame: of the first paint it need not be a part. */
function FramedPage() {
  const isFrameThere = useDeferredValue(true, false);
  const { permissions } = useSession();
  const needs = useMatches({ select: (matches) => matches.at(-1)?.staticData.needs });
  const mayEnter = !needs || permissions.includes(needs);
  return isFrameThere && (mayEnter ? <Outlet /> : <NoLeave />);
}

function MainMenu() {
  const { permissions } = useSession();
  return (
    <nav aria-label="Main">
      <ul className="nav">
        {menuFor(permissions).map(({ to, label, icon }) => (
          <li key={to}>
            <Link to={to} activeOptions={{ exact: to === "/", includeSearch: false }}>
              <Icon name={icon} />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Foot({ onHelp, onSignOut }: { onHelp: () => void; onSignOut: () => void }) {
  const { user } = useSession();
  return (
    <div className="side-foot">
      <ul className="nav">
        <li>
          <a href="/handbook">
            <Icon name="help" />
            Handbook
          </a>
        </li>
        <li>
          <Button look="plain" icon="keyboard" onPress={onHelp}>
            Shortcuts
          </Button>
        </li>
        <li>
          <Button look="plain" icon="exit" onPress={onSignOut}>
            Sign out
          </Button>
        </li>
      </ul>
      <Link to={account.to} className="who">
        <span className="initial" aria-hidden="true">
          {user.name.charAt(0)}
        </span>
        <span className="who-text">
          <span className="who-name">{user.name}</span>
          <span className="quiet">{user.email}</span>
        </span>
      </Link>
    </div>
  );
}

function useLeave(): () => Promise<void> {
  const signOut = useSignOut();
  const router = useRouter();
  return async () => {
    await signOut();
    await router.navigate({ to: "/signin" });
  };
}

/** The sheets that belong to no page; one is open at most. */
function useOverlays() {
  const [open, show] = useState<"help" | "palette">();
  return { open, show, close: () => show(undefined) };
}

/** On narrow screens the menu opens over the page and closes when a page was chosen. */
function useMenuThatCloses() {
  const [value, set] = useState(false);
  const router = useRouter();
  useEffect(() => router.subscribe("onBeforeNavigate", () => set(false)), [router]);
  return { value, toggle: () => set((open) => !open) };
}

/** After a change of page the keyboard starts at the new heading, which is read out. */
function useHeadingFocus(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
        const stays = document.activeElement?.closest("[data-keeps-focus]");
        if (fromLocation && pathChanged && !stays) document.querySelector("h1")?.focus();
      }),
    [router],
  );
}
