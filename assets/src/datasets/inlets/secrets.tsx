import type { MadeInlet } from "../../api/types";
import { Button } from "../../ui/button";
import { Copy } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { Notice } from "../../ui/notice";

interface SecretsProps {
  /** What was drawn just now; nothing while nothing was. */
  made: MadeInlet | undefined;
  onClose: () => void;
}

/** An address and its signing key, which are seen this once. */
export function InletSecrets({ made, onClose }: SecretsProps) {
  const address = made && new URL(made.path, window.location.origin).href;
  return (
    <Dialog
      title={`The address ${made?.inlet.name}`}
      isOpen={made !== undefined}
      isFirm
      onClose={onClose}
    >
      {made && address && (
        <div className="stack">
          <Notice tone="warn" title="This is the only time that you see it">
            <p>Whoever has it may write records. It cannot be shown again, only replaced.</p>
          </Notice>
          <code className="code-block sunk">{address}</code>
          <p className="quiet">
            Each record is sent as one JSON object by POST, its key among the values.
          </p>
          <p className="quiet">Signatures are made with this key, where you want them:</p>
          <code className="code-block sunk">{made.signing_key}</code>
          <div className="actions end">
            <Copy text={made.signing_key} what="the signing key">
              Copy the key
            </Copy>
            <Copy text={address} what="the address">
              Copy the address
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
