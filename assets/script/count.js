// Weighbridge counts page views of this site. It sets no cookie, stores nothing unless
// data-ids="lasting" asks for it, and sends nothing where Do Not Track or Global Privacy Control is on.
(() => {
  const tag = document.currentScript;
  if (!tag?.dataset.key) return;
  const earlier = window.weighbridge?.q || [];
  // What is told before the page is shown waits until it is.
  window.weighbridge = (...given) => earlier.push(given);
  const { navigator, history, location, document: page } = window;
  if (navigator.globalPrivacyControl || navigator.doNotTrack === "1" || window.doNotTrack === "1") {
    window.weighbridge = () => {};
    return;
  }
  const address = new URL("/api/v1/events", tag.src);
  address.searchParams.set("key", tag.dataset.key);
  const uuid = () => window.crypto?.randomUUID?.();

  // Who it is on later days: only where the site asks for it.
  const lasting = () => {
    if (tag.dataset.ids !== "lasting") return undefined;
    try {
      const known = localStorage.getItem("weighbridge") || uuid();
      if (known) localStorage.setItem("weighbridge", known);
      return known;
    } catch {
      return undefined;
    }
  };

  // Of the query only what tells of a campaign leaves the browser, and of the fragment nothing.
  const told =
    /^(utm_(source|medium|campaign|term|content)|gclid|gbraid|wbraid|dclid|fbclid|msclkid|ttclid|twclid|li_fat_id|epik|sccid|rdt_cid|yclid)$/i;
  const here = () => {
    const url = new URL(location.href);
    for (const name of [...url.searchParams.keys()])
      if (!told.test(name)) url.searchParams.delete(name);
    return url.origin + url.pathname + url.search;
  };

  const send = (name, more) => {
    const body = JSON.stringify({ name, id: uuid(), visitor: lasting(), url: here(), ...more });
    const to = address.href;
    if (navigator.sendBeacon?.(to, body)) return;
    fetch(to, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => {});
  };

  // A page view for each page, also where a script changes it without loading another. A page is
  // another where something else would be sent of it.
  let seen;
  let referrer = page.referrer;
  const view = (again) => {
    const now = here();
    if (now === seen && again !== true) return;
    seen = now;
    // An app that led here names itself by an address that is none of the web.
    const from = /^https?:/i.test(referrer) && new URL(referrer);
    send("page_view", { referrer: from ? from.origin + from.pathname : undefined });
    referrer = location.href;
  };
  const watch = () => {
    for (const change of ["pushState", "replaceState"]) {
      const plain = history[change];
      history[change] = function (...given) {
        const outcome = plain.apply(this, given);
        view();
        return outcome;
      };
    }
    addEventListener("popstate", () => view());
    addEventListener("pageshow", (shown) => shown.persisted && view(true));
  };

  // A sum of prices such as 0.1 + 0.2 has more decimals than amounts have.
  const amount = (value) => (typeof value === "number" ? value.toFixed(6) : value);
  const tell = (name, more) => {
    const { value, currency, id } = more ?? {};
    send(String(name), JSON.parse(JSON.stringify({ value: amount(value), currency, id })));
  };
  const begin = () => {
    view();
    watch();
    window.weighbridge = tell;
    for (const given of earlier) tell(...given);
  };
  if (page.prerendering) page.addEventListener("prerenderingchange", begin, { once: true });
  else begin();
})();
