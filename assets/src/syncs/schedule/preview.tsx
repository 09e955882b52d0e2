import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { client } from "../../api/client";
import { fieldMessages } from "../../api/problem";
import type { NewSchedule } from "../../api/types";
import { useCalm } from "../../ui/calm";
import { Failure } from "../../ui/notice";
import { clockIn, clocksOf, ownClock } from "./times";
import { Upcoming } from "./upcoming";

/** The times of a schedule that is being written; `undefined` while it cannot be asked about. */
export function usePreview(schedule: NewSchedule | undefined) {
  const wanted = schedule && JSON.stringify({ ...schedule, paused: false });
  const asked = useCalm(wanted);
  const query = useQuery({
    queryKey: ["schedule-preview", asked],
    queryFn: async ({ signal }) => {
      const body: NewSchedule = JSON.parse(asked ?? "");
      const { data } = await client.POST("/syncs/schedule-preview", { body, signal });
      return data?.items ?? [];
    },
    enabled: asked !== undefined,
    placeholderData: keepPreviousData,
  });
  return { ...query, isOld: query.isPlaceholderData || asked !== wanted };
}

export type Preview = ReturnType<typeof usePreview>;

const places = Array.from({ length: 10 }, (_, place) => `time ${place}`);

interface NextTimesProps {
  preview: Preview;
  zone: string;
  /** Something must be mended before there are any. */
  isFaulty: boolean;
}

/** The next ten times, in a room that stays as it is while others are worked out. */
export function NextTimes({ preview, zone, isFaulty }: NextTimesProps) {
  const { data, error, isOld } = preview;
  const isTwofold = clockIn(zone, new Date()) !== ownClock(new Date());
  return (
    <section className="card next-times" aria-labelledby="next-times">
      <h2 id="next-times">The next ten times</h2>
      <div className={isTwofold ? "times-room twofold" : "times-room"}>
        {isFaulty ? (
          <p className="quiet-value">They stand here once what is marked is mended.</p>
        ) : (
          <Failure error={error} onRetry={() => preview.refetch()} />
        )}
        {!isFaulty && !error && data && <Upcoming times={data} isOld={isOld} />}
        {!isFaulty && !error && !data && <Waiting />}
      </div>
      <p className="visually-hidden" role="status">
        {!isFaulty && !isOld && data?.[0] && `The next time is ${clocksOf(data[0]).there}.`}
      </p>
    </section>
  );
}

function Waiting() {
  return (
    <div className="times" role="status" aria-label="Loading">
      {places.map((place) => (
        <span key={place} className="skeleton line" />
      ))}
    </div>
  );
}

/** What the appliance says of the fields of what it was asked about. */
export function previewFaults({ error }: Preview): Record<string, string> {
  return fieldMessages(error);
}
