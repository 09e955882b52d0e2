import { noSchedule, schedule, sync } from "../../testing/samples";

/** Ten times that have not come yet. */
export const items = Array.from({ length: 10 }, (_, day) => ({
  at: `2099-12-${10 + day}T05:30:00Z`,
  local: `2099-12-${10 + day} 06:30 +01:00`,
}));

/** An appliance whose sync has no schedule. */
export const without = {
  "GET /syncs/{id}": sync,
  "GET /syncs/{id}/schedule": noSchedule,
  "GET /runs": { items: [] },
  "POST /syncs/schedule-preview": { items },
};

/** An appliance whose sync has one. */
export const stored = { ...without, "GET /syncs/{id}/schedule": schedule };
