import { useRouter } from "@tanstack/react-router";
import {
  Autocomplete,
  Collection,
  Dialog,
  Header,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Modal,
  ModalOverlay,
  SearchField,
} from "react-aria-components";
import { rowsOf, useConnections, useDatasets, useSites, useSyncs } from "../../api/lists";
import { useSession } from "../../api/session";
import { Icon } from "../../ui/icon";
import { applyTheme } from "../theme";
import { type Command, commandsFor, isFound } from "./commands";

interface PaletteProps {
  isOpen: boolean;
  onClose: () => void;
  onHelp: () => void;
  onSignOut: () => void;
}

/** Finds pages, things and commands by what is typed. */
export function Palette({ isOpen, onClose, ...calls }: PaletteProps) {
  return (
    <ModalOverlay
      className="overlay palette-overlay"
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => open || onClose()}
    >
      <Modal className="modal palette">
        <Dialog aria-label="Find a page, a thing or a command">
          <Finder onClose={onClose} {...calls} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Finder({ onClose, onHelp, onSignOut }: Omit<PaletteProps, "isOpen">) {
  const { permissions } = useSession();
  const router = useRouter();
  const groups = commandsFor(permissions, useThings());
  const commands = new Map(
    groups.flatMap(({ commands }) => commands).map((command) => [command.id, command]),
  );
  const calls = {
    help: onHelp,
    "sign-out": onSignOut,
    light: () => applyTheme("light"),
    dark: () => applyTheme("dark"),
    "system-theme": () => applyTheme("system"),
  };
  const choose = (id: string) => {
    const act = commands.get(id)?.act;
    onClose();
    if (!act) return;
    if ("to" in act) router.history.push(act.to);
    else calls[act.call]();
  };
  return (
    <Autocomplete filter={isFound}>
      <SearchField className="palette-field" aria-label="Find" autoFocus>
        <Icon name="search" />
        <Input placeholder="Find a page, a thing or a command" />
      </SearchField>
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section className="palette-options" aria-label="Found" tabIndex={0}>
        <Menu
          className="options"
          aria-label="Found"
          items={groups}
          onAction={(id) => choose(String(id))}
          renderEmptyState={() => <p className="palette-empty">Nothing is called that.</p>}
        >
          {({ id, title, commands }) => (
            <MenuSection id={id}>
              <Header className="options-title">{title}</Header>
              <Collection items={commands}>{(command) => <Choice command={command} />}</Collection>
            </MenuSection>
          )}
        </Menu>
      </section>
    </Autocomplete>
  );
}

function Choice({ command: { id, label, note, icon, words = "" } }: { command: Command }) {
  return (
    <MenuItem id={id} textValue={`${label} ${note ?? ""} ${words}`} className="option command">
      <Icon name={icon} />
      <span>{label}</span> {note && <span className="option-note">{note}</span>}
    </MenuItem>
  );
}

/** What the user has, as far as it has been read. */
function useThings() {
  return {
    sites: rowsOf(useSites()),
    datasets: rowsOf(useDatasets()),
    connections: rowsOf(useConnections()),
    syncs: rowsOf(useSyncs()),
  };
}
