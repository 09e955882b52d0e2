// Notion's webhooks, which are made by hand, as in the settings of an integration.

import { byId, call, element } from './dom.js';

// Rebuilt only when something has changed, so that nobody's typing is lost.
let drawn = '';

export async function showSubscriptions(act) {
  const { items } = await call('GET', 'notion/webhooks');
  const text = JSON.stringify(items);
  if (text === drawn) return;
  drawn = text;
  const lines = items.map((one) => {
    const path = `notion/webhooks/${one.id}`;
    const line = element('li', '');
    const last = one.last_delivery;
    const went = last ? `; last sent ${new Date(last.at).toLocaleTimeString()}: ${last.failure ?? 'taken'}` : '';
    line.append(element('span', `${one.url}: ${one.state}, ${one.api_version}${went}`));
    const button = (name, action) => {
      const made = element('button', name, { type: 'button', 'aria-label': `${name}: ${one.url}` });
      made.addEventListener('click', () => act(action));
      line.append(made);
    };
    if (one.state === 'unverified') {
      const token = element('input', '', { type: 'text', 'aria-label': `Verification token of ${one.url}`, autocomplete: 'off' });
      line.append(token);
      button('Verify subscription', () => call('POST', `${path}/verify`, { verification_token: token.value }));
      button('Resend token', () => call('POST', `${path}/resend`, {}));
    }
    button('Delete', () => call('DELETE', path));
    return line;
  });
  byId('subscriptions').replaceChildren(...(lines.length ? lines : [element('li', 'None. Nobody is told of changes.')]));
}

export function takeSubscriptions(act) {
  byId('subscribe').addEventListener('submit', (event) => {
    event.preventDefault();
    const wanted = { url: byId('hook-url').value, api_version: byId('edition').value };
    act(async () => {
      await call('POST', 'notion/webhooks', wanted);
      byId('hook-url').value = '';
    });
  });
}
