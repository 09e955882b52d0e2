import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Button, IconButton } from "./button";
import { Failure } from "./notice";

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** `sheet` stands at the side and leaves the page in sight. */
  look?: "box" | "sheet";
  /** Closes by a button of its own alone: what it shows is not shown again. */
  isFirm?: boolean;
  children: ReactNode;
}

export function Dialog(props: DialogProps) {
  const { title, isOpen, onClose, look = "box", isFirm = false, children } = props;
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable={!isFirm}
      isKeyboardDismissDisabled={isFirm}
      onOpenChange={(open) => open || onClose()}
    >
      <Modal className={`modal ${look}`}>
        <AriaDialog className="dialog">
          <div className="dialog-head">
            <Heading slot="title">{title}</Heading>
            {!isFirm && <IconButton label="Close" icon="close" slot="close" />}
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmProps {
  title: string;
  /** The verb that is about to happen: "Delete dataset". */
  verb: string;
  isOpen: boolean;
  isBusy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
  /** Exactly what will be lost. */
  children: ReactNode;
}

/** Asks before something that cannot be undone. */
export function Confirm(props: ConfirmProps) {
  const { title, verb, isOpen, isBusy, error, onConfirm, onClose, children } = props;
  return (
    <ModalOverlay className="overlay" isOpen={isOpen} onOpenChange={(open) => open || onClose()}>
      <Modal className="modal box">
        <AriaDialog className="dialog" role="alertdialog">
          <div className="dialog-head">
            <Heading slot="title">{title}</Heading>
          </div>
          <div className="dialog-body">{children}</div>
          <Failure error={error} />
          <div className="actions end">
            <Button onPress={onClose} autoFocus>
              Keep it
            </Button>
            <Button look="danger" isDisabled={isBusy} onPress={onConfirm}>
              {verb}
            </Button>
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
