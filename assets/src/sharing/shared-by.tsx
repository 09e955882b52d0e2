import { Status } from "../ui/status";

interface SharedByProps {
  /** How far it is shared. */
  access: string;
  /** The address of whom it belongs to. */
  owner: string;
}

/** Says that something is somebody else's, and how far one may go with it. */
export function SharedBy({ access, owner }: SharedByProps) {
  return <Status tone="neutral" icon="user" label={`Shared by ${owner}, to ${access}`} />;
}
