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
  items: (Pick<MenuItemProps, "href" | "download" | "onAction"> & { id: string; label: string })[];
}

/** A button that opens a list of commands. */
export function Menu({ label, icon, items }: MenuProps) {
  return (
    <MenuTrigger>
      <Button className="button secondary">
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
