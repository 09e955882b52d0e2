import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
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
      <p>
        The rest of Weighbridge is not affected. <Link to="/">Back to the overview</Link>
      </p>
    </Page>
  );
}

/** Stands in for everything when not even the session could be read. */
export function NoAppliance({ error }: ErrorComponentProps) {
  const router = useRouter();
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
      <p>
        The address may be mistyped, or what it named was deleted.{" "}
        <Link to="/">Back to the overview</Link>
      </p>
    </Gate>
  );
}
