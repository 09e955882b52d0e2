import type { WriteKey } from "../../api/types";
import { Button } from "../../ui/button";
import { Copy } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { Notice } from "../../ui/notice";

interface SecretProps {
  /** What was made just now; nothing while nothing was. */
  made: WriteKey | undefined;
  onClose: () => void;
}

/** A secret key, which is seen this once. */
export function KeySecret({ made, onClose }: SecretProps) {
  return (
    <Dialog
      title={`The key ${made?.name}`}
      isOpen={made?.key !== undefined}
      isFirm
      onClose={onClose}
    >
      {made?.key && (
        <div className="stack">
          <Notice tone="warn" title="This is the only time that you see it">
            <p>Whoever has it may add events. It cannot be shown again, only ended.</p>
          </Notice>
          <code className="code-block sunk">{made.key}</code>
          <div className="actions end">
            <Copy text={made.key} what="the key">
              Copy the key
            </Copy>
            <Button look="primary" onPress={onClose}>
              I have kept it
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
