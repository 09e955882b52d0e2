import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
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

/** Stands in for an address that leads nowhere. */
export function NoPage() {
  return (
    <Page title="There is no such page">
      <p>
        The address may be mistyped, or what it named was deleted.{" "}
        <Link to="/">Back to the overview</Link>
      </p>
    </Page>
  );
}
