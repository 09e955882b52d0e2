import { useQueryClient } from "@tanstack/react-query";
import { $api } from "../api/client";
import type { AuditChain, AuditVerdict } from "../api/types";
import { Button } from "../ui/button";
import { formatAmount, formatBytes, formatCount, formatInstant } from "../ui/format";
import { Failure, Notice } from "../ui/notice";
import { Status, type StatusWord } from "../ui/status";
import { Ago } from "../ui/time";

/** While the appliance verifies, it is asked so often how far it is. */
const askEveryMs = 1_000;

const chainKey = ["get", "/audit/chain"] as const;

/** How far the book goes, and the appliance's own verdict on it. */
export function ChainPanel() {
  const queries = useQueryClient();
  const chain = $api.useQuery("get", "/audit/chain", undefined, {
    // Asking is an act that stands in the book itself: none without need.
    refetchOnWindowFocus: false,
    refetchInterval: ({ state }) => (state.data?.verifying ? askEveryMs : false),
  });
  const verify = $api.useMutation("post", "/audit/verify", {
    onSuccess: () => queries.invalidateQueries({ queryKey: chainKey }),
  });
  const standing = chain.data;
  const isVerifying = verify.isPending || standing?.verifying !== undefined;
  return (
    <section className="card chain" aria-label="The chain">
      <div className="between">
        <div className="stack" role="status">
          {standing ? <Status {...wordOf(standing)} /> : <span className="skeleton fact" />}
          {standing && <Told chain={standing} />}
        </div>
        <Button icon="check" isPending={isVerifying} onPress={() => verify.mutate({})}>
          Verify now
        </Button>
      </div>
      <Failure error={chain.error} onRetry={() => chain.refetch()} />
      <Failure error={verify.error} onRetry={() => verify.mutate({})} />
      {standing?.verdict && standing.verdict.outcome !== "intact" && (
        <Broken verdict={standing.verdict} />
      )}
    </section>
  );
}

function wordOf({ verdict, verifying }: AuditChain): StatusWord {
  if (verifying) {
    const share = verifying.bytes > 0 ? verifying.read_bytes / verifying.bytes : 0;
    return { tone: "busy", icon: "clock", label: `Verifying, ${Math.floor(share * 100)} %` };
  }
  if (!verdict) return { tone: "neutral", icon: "help", label: "Not verified yet" };
  const upTo = `up to line ${formatCount(verdict.sequence)}`;
  if (verdict.outcome === "intact") {
    return { tone: "good", icon: "check", label: `Verified ${upTo}, intact` };
  }
  const what = verdict.outcome === "broken" ? "Broken" : "Could not be read";
  return { tone: "bad", icon: "warning", label: `${what}, looked at ${upTo}` };
}

/** When it was verified, how much there is, and what is signed. */
function Told({ chain }: { chain: AuditChain }) {
  const { verdict, signed, lines, segments, bytes } = chain;
  return (
    <p className="quiet">
      {verdict && (
        <>
          Verified <Ago time={verdict.time} /> ·{" "}
        </>
      )}
      {formatAmount(lines, "line")} in {formatAmount(segments, "segment")}, {formatBytes(bytes)}
      {signed && ` · signed up to line ${formatCount(signed.seq)}`}
    </p>
  );
}

function Broken({ verdict }: { verdict: AuditVerdict }) {
  const isBroken = verdict.outcome === "broken";
  const title = isBroken ? "The book is not as it was written" : "The book could not be read";
  return (
    <Notice tone="bad" title={title}>
      <p>
        Found {formatInstant(verdict.time)}. Keep the folder as it is, and look at a copy of it with{" "}
        <code>weighbridge audit verify</code>.
      </p>
      {verdict.unread && <p>{verdict.unread}</p>}
      <ul className="plain-list">
        {verdict.findings.map(({ file, line, sequence, what }) => (
          <li key={`${file} ${line} ${what}`}>
            <code className="break">{file}</code> line {formatCount(line)}
            {sequence !== undefined && ` (number ${formatCount(sequence)})`}: {what}
          </li>
        ))}
      </ul>
      {verdict.more > 0 && <p>And {formatAmount(verdict.more, "place")} more.</p>}
    </Notice>
  );
}
