import { Notice } from "../ui/notice";

/** For whoever has no role that lets them share. */
export function MayNotShare() {
  return (
    <Notice tone="info" title="Your roles do not let you share">
      <p>An administrator can give you the role of a member.</p>
    </Notice>
  );
}
