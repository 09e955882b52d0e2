import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useReach } from "../api/reach";
import { Gate } from "./gate";
import { Failure } from "./notice";
import { Page } from "./page";

/** Stands in for a page that broke: says so, and offers to try again or to leave. */
export function BrokenPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Page title="This page could not be shown">
      <Failure error={error} onRetry={retry} />
      <p>The rest of Weighbridge is not affected.</p>
      <WayOut />
    </Page>
  );
}

/** How long to wait before the appliance is tried again. */
const tryEveryMs = 5_000;

/** Stands in for everything when not even the session could be read; tries again by itself. */
export function NoAppliance({ error }: ErrorComponentProps) {
  const router = useRouter();
  const isReached = useReach();
  useEffect(() => {
    if (isReached) return;
    const timer = setInterval(() => void router.invalidate(), tryEveryMs);
    return () => clearInterval(timer);
  }, [isReached, router]);
  return (
    <Gate title="Weighbridge does not answer">
      <Failure error={error} onRetry={() => router.invalidate()} />
    </Gate>
  );
}

/** Stands in for an address that leads nowhere. */
export function NoPage() {
  return (
    <Gate title="There is no such page">
      <p>The address may be mistyped, or what it named was deleted.</p>
      <WayOut />
    </Gate>
  );
}

/** Stands in for a page that the user's roles do not open. */
export function NoLeave() {
  return (
    <Page title="Your roles do not open this page">
      <p>
        What you may do is in the menu. An administrator can give you further roles; your own stand
        under <Link to="/account">your account</Link>.
      </p>
      <WayOut />
    </Page>
  );
}

/** Shown while the very first answer is on its way, where that takes longer than a moment. */
export function Arriving() {
  return (
    <Gate title="Weighbridge">
      <p role="status">Asking the appliance who is signed in…</p>
    </Gate>
  );
}

function WayOut() {
  return (
    <div className="actions">
      <Link to="/" className="button secondary">
        Back to the overview
      </Link>
    </div>
  );
}
