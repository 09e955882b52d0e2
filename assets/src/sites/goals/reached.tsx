import { IconButton } from "../../ui/button";
import { Menu } from "../../ui/menu";
import { focusFilters } from "../filters/keyboard";
import { useGoals } from "./goals";

interface ReachedProps {
  siteId: string;
  /** The goal that is chosen, by its id. */
  chosen: string | undefined;
  /** Changes which visits alone are looked at, in the address. */
  show: (change: { goal?: string | undefined }) => void;
}

/** The goal that visits must have reached, and the way to another. */
export function Reached({ siteId, chosen, show }: ReachedProps) {
  const goals = useGoals(siteId);
  const items = goals.data?.items ?? [];
  const name =
    items.find(({ id }) => id === chosen)?.name ?? (goals.data ? "a goal that is deleted" : "…");
  const leave = () => {
    show({ goal: undefined });
    focusFilters();
  };
  return (
    <>
      {chosen !== undefined && (
        <span className="chip">
          <span>Reached {name}</span>
          <IconButton label={`Whether or not they reached ${name}`} icon="close" onPress={leave} />
        </span>
      )}
      {items.length > 0 && (
        <Menu
          label="Reached a goal"
          items={items.map(({ id, name }) => ({
            id,
            label: name,
            onAction: () => show({ goal: id }),
          }))}
        />
      )}
    </>
  );
}
