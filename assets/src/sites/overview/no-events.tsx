import { Link } from "@tanstack/react-router";
import type { Site } from "../../api/types";
import { Empty } from "../../ui/empty";

/** What stands in the place of figures where nothing has come in yet. */
export function NoEvents({ site: { id, name } }: { site: Site }) {
  return (
    <Empty
      icon="chart"
      title="No events yet"
      action={
        <Link to="/sites/$id/setup" params={{ id }} className="button primary">
          Set it up
        </Link>
      }
    >
      <p>
        Nothing has come in from {name} so far. Put the line of script on its pages and open one:
        its visit stands here within seconds, and this page looks for it by itself.
      </p>
    </Empty>
  );
}
