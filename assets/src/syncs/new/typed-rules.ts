import { getRouteApi } from "@tanstack/react-router";
import { useTyped } from "../../ui/typed";
import { type Follow, oddFollow, usualFollow } from "../follow-fields";
import { type Gone, oddGone, usualGone } from "../gone-fields";
import { type Meeting, oddWait, secondsOf, usualMeeting } from "../meeting-fields";
import { useEnter } from "./go";
import type { Settled } from "./settled";

const route = getRouteApi("/signed-in/syncs/new");

/** What was typed of the rules of a new sync, and how each is changed. */
export interface TypedRules {
  filter: string;
  onFilter: (filter: string) => void;
  meeting: Meeting;
  onMeeting: (meeting: Meeting) => void;
  gone: Gone;
  onGone: (gone: Gone) => void;
  follow: Follow;
  onFollow: (follow: Follow) => void;
  /** What cannot be sent as it was typed, by the member's place. */
  odd: Record<string, string>;
}

/** The rules as they stand in the address, and as they are being typed. */
export function useTypedRules({ isPull, isBoth }: Settled): TypedRules {
  const search = route.useSearch();
  const enter = useEnter();
  const [filter, onFilter] = useTyped(search.filter ?? "", (filter) => enter({ filter }));
  const [wait, setWait] = useTyped(search.wait ?? "", (wait) => enter({ wait }), usualMeeting.wait);
  const meeting = { conflicts: search.conflicts ?? usualMeeting.conflicts, wait };
  const [most, setMost] = useTyped(search.most ?? "", (most) => enter({ most }), usualGone.most);
  const [percent, setPercent] = useTyped(
    search.percent ?? "",
    (percent) => enter({ percent }),
    usualGone.percent,
  );
  const gone = { isDeleted: search.gone ?? false, most, percent };
  const [hours, setHours] = useTyped(
    search.hours ?? "",
    (hours) => enter({ hours }),
    usualFollow.hours,
  );
  const follow = { isFollowing: search.follows ?? false, hours };
  return {
    filter,
    onFilter,
    meeting,
    onMeeting: (next) => {
      if (next.wait !== wait) setWait(next.wait);
      if (next.conflicts !== meeting.conflicts) enter({ conflicts: next.conflicts });
    },
    gone,
    onGone: (next) => {
      if (next.most !== most) setMost(next.most);
      if (next.percent !== percent) setPercent(next.percent);
      if (next.isDeleted !== gone.isDeleted) enter({ gone: next.isDeleted });
    },
    follow,
    onFollow: (next) => {
      if (next.hours !== hours) setHours(next.hours);
      if (next.isFollowing !== follow.isFollowing) enter({ follows: next.isFollowing });
    },
    odd: {
      ...(isBoth && Number.isNaN(secondsOf(wait)) && { wait_seconds: oddWait }),
      ...((isPull || isBoth) && oddGone(gone)),
      ...(isPull && oddFollow(follow)),
    },
  };
}
