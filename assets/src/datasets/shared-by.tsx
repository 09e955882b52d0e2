import type { Dataset } from "../api/types";
import { Status } from "../ui/status";

interface SharedByProps {
  access: Dataset["access"];
  owner: string;
}

/** Says that a dataset is somebody else's, and how far one may go with it. */
export function SharedBy({ access, owner }: SharedByProps) {
  return <Status tone="neutral" icon="user" label={`Shared by ${owner}, to ${access}`} />;
}
