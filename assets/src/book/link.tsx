import { Link } from "@tanstack/react-router";
import { useMay } from "../api/session";

/** Leads to all lines of the book that are about one thing, for those who may read it. */
export function BookLink({ id }: { id: string }) {
  const mayRead = useMay("audit:read");
  if (!mayRead) return null;
  return (
    <Link to="/book" search={{ object: id }}>
      In the book
    </Link>
  );
}
