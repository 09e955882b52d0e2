import { useQuery } from "@tanstack/react-query";

/** How often the appliance is asked whether it can work. */
const askEveryMs = 15_000;

/** What the appliance says of itself: `undefined` when all is well, or the code of its trouble. */
export type Trouble = string | undefined;

/** Whether the appliance can work; it answers in plain text, outside of the API. */
export function useHealth() {
  return useQuery({
    queryKey: ["health"],
    queryFn: async () => ({ trouble: await askForTrouble() }),
    refetchInterval: askEveryMs,
  });
}

async function askForTrouble(): Promise<Trouble> {
  const response = await globalThis.fetch(new Request(`${location.origin}/healthz/ready`));
  if (response.ok) return undefined;
  const text = await response.text();
  return /^degraded: (\w+)/.exec(text)?.[1] ?? `answer ${response.status}`;
}
