import type { Site } from "../../api/types";

/** The line that goes into every page. */
export function scriptTag(origin: string, key: string, ids: Site["visitor_ids"]): string {
  const lasting = ids === "lasting" ? ' data-ids="lasting"' : "";
  return `<script defer src="${origin}/count.js" data-key="${key}"${lasting}></script>`;
}

/** What a page says when somebody has bought something. */
export function purchaseCall({ currency }: Pick<Site, "currency">): string {
  return `window.weighbridge("purchase", { value: "49.90", currency: "${currency}", id: "order-1001" })`;
}

/** The same from a server, with a secret key in its environment. */
export function serverCall(origin: string, { domain, currency }: Site): string {
  const event = JSON.stringify({
    name: "purchase",
    id: "order-1001",
    visitor: "customer-17",
    url: `https://${domain}/thanks`,
    value: "49.90",
    currency,
  });
  return [
    `curl ${origin}/api/v1/events \\`,
    '  -H "Authorization: Bearer $WEIGHBRIDGE_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '${event}'`,
  ].join("\n");
}
