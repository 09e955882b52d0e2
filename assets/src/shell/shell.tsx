import { Link, Outlet, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useSession, useSignOut } from "../api/session";
import { Announcements } from "../ui/announce";
import { Button } from "../ui/button";
import { Icon, Mark } from "../ui/icon";
import { menuFor } from "./navigation";

/** The frame of every page behind the sign-in: the menu at the side, the page beside it. */
export function Shell() {
  const isOpen = useMenuThatCloses();
  useHeadingFocus();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="side" data-open={isOpen.value || undefined}>
        <div className="side-top">
          <Link to="/" className="brand">
            <Mark />
            Weighbridge
          </Link>
          <span className="nav-toggle">
            <Button icon="menu" aria-expanded={isOpen.value} onPress={isOpen.toggle}>
              Menu
            </Button>
          </span>
        </div>
        <MainMenu />
        <SignedInUser />
      </header>
      <main id="main" className="main" tabIndex={-1}>
        <Outlet />
      </main>
      <Announcements />
    </div>
  );
}

function MainMenu() {
  const { permissions } = useSession();
  return (
    <nav aria-label="Main">
      <ul className="nav">
        {menuFor(permissions).map(({ to, label, icon }) => (
          <li key={to}>
            <Link to={to} activeOptions={{ exact: to === "/" }}>
              <Icon name={icon} />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function SignedInUser() {
  const { user } = useSession();
  const signOut = useSignOut();
  const router = useRouter();
  const leave = async () => {
    await signOut();
    await router.navigate({ to: "/signin" });
  };
  return (
    <div className="side-foot">
      <div className="who">
        <Link to="/account">{user.name}</Link>
        <p className="quiet">{user.email}</p>
      </div>
      <a href="/handbook">Handbook</a>
      <Button onPress={leave}>Sign out</Button>
    </div>
  );
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
