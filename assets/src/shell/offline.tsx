import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { client } from "../api/client";
import { useReach } from "../api/reach";
import { Icon } from "../ui/icon";

/** How often a lost appliance is called again. */
const callEveryMs = 4_000;

/** Says that the appliance is out of reach, calls it again, and reads everything anew once it answers. */
export function OfflineNotice() {
  const isReached = useReach();
  useReturn(isReached);
  return (
    <div className="offline" role="status">
      {!isReached && (
        <p>
          <Icon name="warning" />
          Weighbridge does not answer. What you see may be old; it is called again by itself.
        </p>
      )}
    </div>
  );
}

function useReturn(isReached: boolean): void {
  const queries = useQueryClient();
  const wasLost = useRef(false);
  useEffect(() => {
    if (isReached) {
      if (wasLost.current) void queries.invalidateQueries();
      wasLost.current = false;
      return;
    }
    wasLost.current = true;
    // Any answer will do: the client notes it.
    const call = () => void client.GET("/setup").catch(() => undefined);
    const timer = setInterval(call, callEveryMs);
    return () => clearInterval(timer);
  }, [isReached, queries]);
}
