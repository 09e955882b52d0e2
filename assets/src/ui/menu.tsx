import {
  Menu as AriaMenu,
  Button,
  MenuItem,
  type MenuItemProps,
  MenuTrigger,
  Popover,
} from "react-aria-components";
import { Icon, type IconName } from "./icon";

interface MenuProps {
  label: string;
  icon?: IconName;
  /** While what was chosen last is under way. */
  isDisabled?: boolean;
  items: (Pick<MenuItemProps, "href" | "download" | "onAction"> & { id: string; label: string })[];
}

/** A button that opens a list of commands. */
export function Menu({ label, icon, isDisabled = false, items }: MenuProps) {
  return (
    <MenuTrigger>
      <Button className="button secondary" isDisabled={isDisabled}>
        {icon && <Icon name={icon} />}
        <span>{label}</span>
        <Icon name="chevronDown" />
      </Button>
      <Popover className="popover list">
        <AriaMenu className="options" items={items}>
          {({ label, ...item }) => (
            <MenuItem {...item} textValue={label} className="option">
              {label}
            </MenuItem>
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
