import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useRefresh } from "../../api/queries";
import { importFile } from "../../api/upload";
import type { ChosenFile } from "../choose";

/** Carries a file into a dataset: starts, tells how far it is, and can be stopped. */
export function useImport() {
  const [sent, setSent] = useState(0);
  const stopper = useRef<AbortController>(undefined);
  const refresh = useRefresh();
  const carry = useMutation({
    mutationFn: ({ datasetId, chosen }: { datasetId: string; chosen: ChosenFile }) => {
      stopper.current = new AbortController();
      setSent(0);
      return importFile({ datasetId, ...chosen, onSent: setSent, signal: stopper.current.signal });
    },
    onSettled: () => refresh("/datasets", "/system"),
  });
  return { carry, sent, stop: () => stopper.current?.abort() };
}
