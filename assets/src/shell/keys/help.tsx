import { Dialog } from "../../ui/dialog";
import { Checkbox } from "../../ui/fields";
import type { Entry } from "../navigation";
import { shortcutsFor } from "./keys";
import { turnShortcuts, useShortcutsOn } from "./setting";

interface HelpProps {
  places: readonly Entry[];
  isOpen: boolean;
  onClose: () => void;
}

/** Every key that does something, and the switch that turns them off. */
export function KeysHelp({ places, isOpen, onClose }: HelpProps) {
  const isOn = useShortcutsOn();
  const anywhere = { keys: [paletteKeys], label: "Find anything" };
  const [first, ...others] = shortcutsFor(places);
  const groups = first
    ? [{ ...first, shortcuts: [anywhere, ...first.shortcuts] }, ...others]
    : others;
  return (
    <Dialog title="Keyboard shortcuts" isOpen={isOpen} onClose={onClose}>
      <div className="key-groups">
        {groups.map(({ title, shortcuts }) => (
          <section key={title} className="key-group">
            <h3>{title}</h3>
            <dl>
              {shortcuts.map(({ keys, label }) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>
                    <Keys keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <ShortcutsSwitch />
      {!isOn && (
        <p className="quiet">Single keys are off in this browser; {paletteKeys} still works.</p>
      )}
    </Dialog>
  );
}

/** Turns single keys off for those whom they get in the way of. */
export function ShortcutsSwitch() {
  return (
    <Checkbox isSelected={useShortcutsOn()} onChange={turnShortcuts}>
      Single keys are shortcuts, in this browser
    </Checkbox>
  );
}

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** How this machine calls the keys of the palette. */
export const paletteKeys = isApple ? "⌘K" : "Ctrl K";

function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <>
      {keys.map((key, index) => (
        <span key={key}>
          {index > 0 && <span className="quiet"> then </span>}
          <kbd>{key}</kbd>
        </span>
      ))}
    </>
  );
}
