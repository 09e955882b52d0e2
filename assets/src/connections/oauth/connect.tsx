import { useSession } from "../../api/session";
import type { Connection } from "../../api/types";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/notice";
import { type Provider, wordsOf } from "../providers";
import { useBegin } from "./begin";
import { useOffer } from "./offer";

interface ConnectProps {
  provider: Provider;
  name: string;
  endpoint: Connection["endpoint"];
}

/** The way without a token to copy: the provider asks, and sends the person back. */
export function ConnectWithProvider({ provider, name, endpoint }: ConnectProps) {
  const offer = useOffer({ provider, endpoint });
  const { name: vendor, token } = wordsOf(provider);
  const asker = endpoint === "sandbox" ? "the sandbox" : vendor;
  const begin = useBegin();
  const isAdmin = useSession().permissions.includes("system:read");
  if (!offer) return null;
  if (!offer.ready) {
    if (isAdmin) {
      return <HowToRegister vendor={vendor} address={offer.redirect_uri} isOnlyWay={!token} />;
    }
    return token ? null : <AskAnAdministrator vendor={vendor} />;
  }
  return (
    <>
      <section className="card" aria-labelledby="by-oauth">
        <h2 id="by-oauth">Connect with {vendor}</h2>
        <p>
          You are asked by {asker} what to allow, and sent back here. There is no token to copy; it
          is renewed by itself, and you can withdraw at {asker} what you allowed, at any time.
        </p>
        <Failure error={begin.error} />
        <div className="actions">
          <Button
            icon="link"
            isDisabled={begin.isPending || begin.isSuccess || name.trim() === ""}
            onPress={() => begin.mutate({ provider, endpoint, name })}
          >
            {begin.isPending || begin.isSuccess ? "Going there…" : `Connect with ${vendor}`}
          </Button>
        </div>
      </section>
      {token && <p className="quiet">Or paste a token of your own:</p>}
    </>
  );
}

interface RegisterProps {
  vendor: string;
  address: string;
  isOnlyWay: boolean;
}

/** For who can change the settings; where a token can be pasted, others have no use for it. */
function HowToRegister({ vendor, address, isOnlyWay }: RegisterProps) {
  return (
    <p className="help">
      {isOnlyWay ? "People can connect" : "People can also connect without a token,"} once this
      appliance is registered at {vendor} with the redirect address <code>{address}</code>:{" "}
      <a href="/handbook/connections#connect-with-oauth">how to do it</a>.
    </p>
  );
}

/** For everybody else, where there is no other way. */
function AskAnAdministrator({ vendor }: { vendor: string }) {
  return (
    <p>
      This appliance is not registered at {vendor} yet. Ask an administrator to do that: then you
      can connect here.
    </p>
  );
}
