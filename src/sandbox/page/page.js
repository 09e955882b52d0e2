// The sandbox's page: shows what the control API tells, and sends it the switches.

import { byId, call, element } from './dom.js';
import { openFields, openRecord } from './hand.js';
import { drawKnobs, showKnobs } from './knobs.js';
import { showSubscriptions, takeSubscriptions } from './subscriptions.js';
import { ofAirtable, ofNotion, ofZapier } from './vendors.js';

const PAGE = 25;
const REFRESH_MS = 2000;
const SAID_MS = 8000;

const KINDS = {
  rate_limited: ['429: too many calls', 'Refuses the call; the vendor stays closed: Airtable for 30 seconds, Notion as long as it says.'],
  server_error: ['500: a fault of the vendor’s', 'The call is not carried out.'],
  unavailable: ['503: unavailable', 'The call is not carried out; the vendor asks to wait two seconds.'],
  bad_gateway: ['502: a page instead of an answer', 'A proxy answers with HTML.'],
  slow: ['Slow', 'The answer comes five seconds late.'],
  cut: ['Cut off', 'The connection breaks in the middle of the answer. Writes are not carried out.'],
  truncated: ['Half an answer', 'The answer arrives whole, but its JSON stops half-way.'],
  lost_answer: ['Lost answer', 'The call is carried out, but no answer arrives.'],
  conflict: ['409: conflict (Notion)', 'The write met another one and is not carried out.'],
  overloaded: ['529: overloaded (Notion)', 'The call is not carried out; the vendor asks to wait.'],
  restricted: ['403: a missing capability (Notion, Meta, Google)', 'As if the integration may no longer do this.'],
  too_much_data: ['Too much data (Meta, Google)', 'The question is for more than the vendor answers at once.'],
  edge_refused: ['403: a page from the edge (Notion)', 'HTML instead of JSON, and no id of the call.'],
  hook_gone: ['410: the hook is gone (Zapier)', 'As if the Zap had been deleted; the hook stays gone.'],
  dropped: ['Accepted and dropped (Zapier)', 'Answered 200, and nobody sees the delivery.'],
  gateway_timeout: ['504: timed out (Notion, Zapier)', 'The call is carried out, but the answer says otherwise.'],
  unauthorized: ['401: token refused', 'As if the token had been revoked.'],
  token_expired: ['401: token at its end', 'The access token of the call is good no more. One that came by OAuth can be replaced.'],
  grant_revoked: ['Access taken back', 'As if the person had withdrawn at the vendor what they had allowed by OAuth.'],
  refused: ['Refused', 'What is asked for is not acceptable: 422.'],
  circling: ['Circling list', 'A further part of a list says that the next one begins where it began itself.'],
  listing_expired: ['Listing forgotten', 'A listing that is under way must begin again.'],
};

const VENDORS = { '/v0/': 'Airtable', '/v1/': 'Notion', '/hooks/': 'Zapier', '/v26.0/': 'Meta', '/customers': 'Google Ads' };

const OFTEN = {
  nth: { every_nth: 10 },
  half: { probability: 0.5 },
};

let tables = [];
let offset = 0;
let isDown = false;
// Rises when a change begins and when it is done: what was read before is not shown over it.
let changes = 0;
let drawn = '';
let saying;

const chosen = () => tables[byId('table').selectedIndex];

async function showTables() {
  const [bases, databases, hooks] = await Promise.all([
    call('GET', 'bases'), call('GET', 'notion/databases'), call('GET', 'zapier/hooks'),
  ]);
  tables = [...bases.items.flatMap(ofAirtable), ...databases.items.flatMap(ofNotion), ...hooks.items.map(ofZapier)];
  const select = byId('table');
  const key = select.value;
  select.replaceChildren(
    ...tables.map((table) => element('option', `${table.title} (${table.count})`, { value: table.key })),
  );
  if (tables.some((table) => table.key === key)) select.value = key;
}

async function showRecords(isOld) {
  const table = chosen();
  if (!table) return;
  const { total, rows } = await table.read(offset, PAGE);
  if (isOld()) return;
  if (rows.length === 0 && offset > 0) {
    offset = 0;
    return showRecords(isOld);
  }
  drawRecords(table, rows);
  byId('empty').hidden = total > 0;
  byId('range').textContent = total === 0 ? '0 records' : `${offset + 1}–${offset + rows.length} of ${total}`;
  byId('back').disabled = offset === 0;
  byId('on').disabled = offset + rows.length >= total;
  byId('dump').href = `/_sandbox/dump?${table.dump}`;
  byId('hand').hidden = !table.hand;
  byId('sharing').hidden = !table.sharing;
  if (table.sharing) byId('shared').checked = table.sharing.isShared;
  byId('switch').hidden = !table.hook;
  if (table.hook && document.activeElement !== byId('zap')) byId('zap').value = table.hook.state;
  byId('hook').textContent = table.hook ? `${location.origin}/hooks/${table.hook.hook}/` : '';
}

// Draws the records anew where something has changed; the keyboard stays where it is.
function drawRecords(table, rows) {
  const now = JSON.stringify([table.key, table.columns, rows]);
  if (now === drawn) return;
  drawn = now;
  const focused = document.activeElement?.closest('#rows button')?.dataset.id;
  byId('head').replaceChildren(
    element('th', 'id', { scope: 'col' }),
    ...table.columns.map((column) => element('th', column.name, { scope: 'col', title: column.type })),
  );
  byId('rows').replaceChildren(...rows.map((row) => {
    const line = document.createElement('tr');
    line.append(naming(table, row), ...row.cells.map((cell) => element('td', cell)));
    return line;
  }));
  if (focused) byId('rows').querySelector(`[data-id="${focused}"]`)?.focus();
}

// A record's id, which leads to its dialog where a colleague can write.
function naming(table, row) {
  if (!table.hand) return element('td', row.name);
  const cell = document.createElement('td');
  const button = element('button', row.name, {
    type: 'button', class: 'plain', 'data-id': row.id, 'aria-label': `Edit ${row.name}`, 'aria-haspopup': 'dialog',
  });
  button.addEventListener('click', () => openRecord(table, row, act));
  cell.append(button);
  return cell;
}

async function showCalls() {
  const [statistics, log] = await Promise.all([call('GET', 'statistics'), call('GET', 'log?limit=20')]);
  const figures = [
    ['All calls', statistics.total],
    ...Object.entries(statistics.calls).map(([kind, count]) => [kind.replaceAll('_', ' '), count]),
    ['Refused with 429', statistics.refused_by_limit],
    ['Most in one second', statistics.greatest_rate],
  ];
  byId('figures').replaceChildren(...figures.map(([name, figure]) => {
    const tile = document.createElement('div');
    tile.append(element('dt', name), element('dd', figure));
    return tile;
  }));
  byId('log').replaceChildren(...log.items.map((entry) => {
    const row = document.createElement('tr');
    row.append(
      element('td', new Date(entry.at).toLocaleTimeString()),
      element('td', `${entry.method} ${entry.target}`, { title: entry.target }),
      element('td', entry.status ?? 'none'),
      element('td', entry.fault ? KINDS[entry.fault][0] : ''),
    );
    return row;
  }));
}

function often(rule) {
  if (rule.every_nth) return `every ${rule.every_nth}th call`;
  if (rule.probability !== undefined) return `${rule.probability * 100} % of calls`;
  return `${rule.times ?? 1} times`;
}

async function showFaults() {
  const { items } = await call('GET', 'faults');
  byId('clear').disabled = items.length === 0;
  const rules = items.map((rule) => {
    const kind = KINDS[rule.fault][0];
    const calls = [VENDORS[rule.match.path_contains], rule.match.method ?? 'any call'].filter(Boolean).join(', ');
    const line = element('li', '');
    const off = element('button', 'Switch off', { type: 'button', 'aria-label': `Switch off: ${kind}` });
    off.addEventListener('click', () => act(() => call('DELETE', `faults/${rule.id}`)));
    line.append(element('span', `${kind}: ${calls}, ${often(rule)}; struck ${rule.struck}`), off);
    return line;
  });
  const list = byId('faults');
  const focused = [...list.querySelectorAll('button')].indexOf(document.activeElement);
  list.replaceChildren(...(rules.length ? rules : [element('li', 'Nothing. Every call is answered as it should be.')]));
  if (focused >= 0) (list.querySelectorAll('button')[focused] ?? byId('form').elements[0]).focus();
}

function order() {
  const fault = new FormData(byId('form')).get('fault');
  const frequency = byId('often').value;
  const method = byId('calls').value;
  const vendor = byId('vendor').value;
  return {
    fault,
    match: { ...(method ? { method } : {}), ...(vendor ? { path_contains: vendor } : {}) },
    ...(OFTEN[frequency] ?? { times: Number(frequency) }),
    ...(fault === 'slow' ? { delay_ms: 5000 } : {}),
    ...(fault === 'unavailable' || fault === 'overloaded' ? { retry_after_seconds: 2 } : {}),
  };
}

// Says how something went; what needs nobody goes by itself.
function say(text, { stays = false } = {}) {
  clearTimeout(saying);
  byId('notice').textContent = text;
  if (text && !stays) saying = setTimeout(() => say(''), SAID_MS);
}

async function refresh() {
  const before = changes;
  const isOld = () => changes !== before;
  try {
    await showTables();
    await Promise.all([showRecords(isOld), showCalls(), showKnobs(isOld), showSubscriptions(act)]);
    if (isDown) say('');
    isDown = false;
  } catch (problem) {
    isDown = true;
    say(`The sandbox does not answer: ${problem.message}`, { stays: true });
  }
}

// Carries a change out, shows what has become of it, and says so.
async function act(change, done = '') {
  changes += 1;
  try {
    await change().finally(() => { changes += 1; });
    say(done);
    await showFaults();
    await refresh();
  } catch (problem) {
    say(`That did not work: ${problem.message}`, { stays: true });
    await refresh();
  }
}

function turn(by) {
  offset = Math.max(0, offset + by * PAGE);
  return act(async () => {});
}

byId('kinds').append(...Object.entries(KINDS).map(([fault, [name, meaning]], place) => {
  const label = document.createElement('label');
  const radio = element('input', '', { type: 'radio', name: 'fault', value: fault });
  radio.defaultChecked = place === 0;
  label.append(radio, element('span', name), element('small', meaning));
  return label;
}));
drawKnobs(act);
byId('table').addEventListener('change', () => { offset = 0; act(async () => {}); });
byId('zap').addEventListener('change', (event) => {
  act(() => call('PATCH', `zapier/hooks/${chosen().hook.hook}`, { state: event.target.value }));
});
byId('shared').addEventListener('change', (event) => {
  const shared = event.target.checked;
  const told = shared ? 'The integration sees the database again.' : 'The database was taken from the integration.';
  act(() => call('PATCH', `notion/databases/${chosen().sharing.database}`, { shared }), told);
});
byId('new').addEventListener('click', () => openRecord(chosen(), undefined, act));
byId('fields').addEventListener('click', () => openFields(chosen(), act));
for (const button of document.querySelectorAll('[data-closes]')) {
  button.addEventListener('click', () => byId(button.dataset.closes).close());
}
byId('back').addEventListener('click', () => turn(-1));
byId('on').addEventListener('click', () => turn(1));
byId('clear').addEventListener('click', () => act(() => call('DELETE', 'faults')));
byId('reset').addEventListener('click', () => {
  if (window.confirm('Start over? All records, faults and counts of the sandbox are thrown away.')) {
    act(() => call('POST', 'reset', {}));
  }
});
takeSubscriptions(act);
byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  act(() => call('POST', 'faults', order()));
});

await act(async () => {});
setInterval(() => {
  const choosing = document.activeElement === byId('table');
  if (!document.hidden && !choosing) refresh().then(showFaults).catch(() => {});
}, REFRESH_MS);
