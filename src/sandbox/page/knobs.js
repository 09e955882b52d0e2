// What the control API lets one turn of the vendors' ways: a switch or a number for each.

import { byId, call, element } from './dom.js';

const GREATEST = 4294967295;

const KNOBS = {
  'All vendors': [
    { path: 'clock_behind_seconds', name: 'Clocks behind by, in seconds', help: 'Below zero they are ahead.', least: -2000000000, most: 2000000000, usual: 0 },
    { path: 'latency_ms', name: 'Each call takes at least, in milliseconds', usual: 0 },
  ],
  Airtable: [
    { path: 'billing_limit_reached', name: 'The month’s calls are used up', help: 'Calls about records are refused; those about the account and the schema are not.', usual: false },
    { path: 'limits.per_base', name: 'Calls to a base, in a second', help: '0 takes any number.', usual: 5 },
    { path: 'limits.penalty_seconds', name: 'Closed after one call too many, in seconds', usual: 30 },
    { path: 'listing_idle_seconds', name: 'A listing is kept between two parts for, in seconds', usual: 300 },
    { path: 'lenient_batches', name: 'More than ten records are taken in one write', usual: false },
    { path: 'repeated_keys', name: 'Two records of one key in an upsert are both created', usual: false },
    { path: 'round_numbers', name: 'Numbers are cut to the digits that their field shows', usual: false },
  ],
  Notifications: [
    { path: 'pings.dropped', name: 'Notifications are lost', help: 'None is sent, and nobody hears of it.', usual: false },
    { path: 'pings.doubled', name: 'Each notification comes twice', usual: false },
    { path: 'pings.forged', name: 'Their signature does not fit', usual: false },
    { path: 'pings.out_of_order', name: 'Every other one of Notion’s is overtaken', usual: false },
    { path: 'pings.gather_ms', name: 'Changes are gathered for, in milliseconds', usual: 0 },
  ],
  Notion: [
    { path: 'notion.capabilities.read_content', name: 'The integration may read content', usual: true },
    { path: 'notion.capabilities.update_content', name: 'It may update content', usual: true },
    { path: 'notion.capabilities.insert_content', name: 'It may insert content', usual: true },
    { path: 'notion.capabilities.read_users', name: 'It may read the people', usual: true },
    { path: 'notion.query_lag_seconds', name: 'New pages are missing from queries for, in seconds', usual: 0 },
    { path: 'notion.query_cap', name: 'One query yields at most, in pages', usual: 10000 },
    { path: 'notion.query_times_out_above', name: 'A query for more pages at once times out', help: '0 lets every one come.', usual: 0 },
    { path: 'notion.block_limit', name: 'Blocks that may be made', help: '0 is a plan without that limit.', usual: 0 },
    { path: 'notion.block_grace_seconds', name: 'Grace once they are used up, in seconds', usual: 259200 },
    { path: 'notion.limits.per_second', name: 'Calls in a second, in the long run', help: '0 takes any number.', usual: 3 },
    { path: 'notion.cursor_idle_seconds', name: 'A cursor is kept for, in seconds', usual: 3600 },
    { path: 'notion.fold_case', name: 'Filters do not tell capitals from small letters', usual: false },
  ],
  Zapier: [
    { path: 'zapier.per_second', name: 'Deliveries to a hook, in a second', help: '0 takes any number.', usual: 30 },
    { path: 'zapier.per_account', name: 'Deliveries to an account, in five minutes', help: '0 takes any number.', usual: 10000 },
  ],
  Meta: [
    { path: 'meta.calls_per_hour', name: 'Calls to an ad account, in an hour', help: '0 takes any number.', usual: 600 },
    { path: 'meta.most_rows', name: 'More rows than these are too much data', help: '0 lets every question come.', usual: 2000 },
    { path: 'meta.token_days', name: 'A token ends in, in days', help: '0 is never.', usual: 60 },
  ],
  Google: [
    { path: 'google.operations_per_day', name: 'Calls to Google Ads, in 24 hours', help: '0 takes any number.', usual: 15000 },
    { path: 'google.most_rows', name: 'More rows than these are too much for one query', help: '0 lets every query come.', usual: 0 },
    { path: 'oauth.google_testing', name: 'The consent screen is in “Testing”', help: 'A refresh token ends after seven days.', usual: false },
  ],
  OAuth: [
    { path: 'oauth.access_seconds', name: 'An access token lives for, in seconds', usual: 3600 },
    { path: 'oauth.refresh_seconds', name: 'An unused refresh token lives for, in seconds', usual: 5184000 },
  ],
};

const all = Object.values(KNOBS).flat();
const idOf = ({ path }) => `knob-${path.replaceAll('.', '-')}`;
const isSwitch = ({ usual }) => typeof usual === 'boolean';
const valueAt = (knobs, path) => path.split('.').reduce((part, name) => part?.[name], knobs);

// The change of one knob as the control API takes it.
const changed = (path, value) => path.split('.').reduceRight((part, name) => ({ [name]: part }), value);

function merged(one, other) {
  const isPart = (value) => typeof value === 'object' && value !== null;
  return Object.entries(other).reduce(
    (all, [name, part]) => ({ ...all, [name]: isPart(part) && isPart(all[name]) ? merged(all[name], part) : part }),
    one,
  );
}

function line(knob, turn) {
  const { name, help, usual, least = 0, most = GREATEST } = knob;
  const id = idOf(knob);
  const told = isSwitch(knob) ? help : `${help ? `${help} ` : ''}Usually ${usual}.`;
  const input = element('input', '', { id, ...(told ? { 'aria-describedby': `${id}-help` } : {}) });
  input.type = isSwitch(knob) ? 'checkbox' : 'number';
  if (!isSwitch(knob)) Object.assign(input, { min: least, max: most, step: 1, required: true });
  input.addEventListener('change', () => {
    if (input.reportValidity()) turn(knob, isSwitch(knob) ? input.checked : input.valueAsNumber);
  });
  const made = element('p', '', { class: isSwitch(knob) ? 'knob switch' : 'knob' });
  made.append(input, element('label', name, { for: id }));
  if (told) made.append(element('small', told, { id: `${id}-help` }));
  return made;
}

// Draws every knob, once. `act` carries a change out and says how that went.
export function drawKnobs(act) {
  const turn = ({ path, name }, value) => {
    const told = typeof value === 'boolean' ? (value ? 'on' : 'off') : value;
    return act(() => call('PATCH', 'knobs', changed(path, value)), `${name}: ${told}.`);
  };
  byId('knobs').replaceChildren(...Object.entries(KNOBS).map(([vendor, knobs]) => {
    const group = element('fieldset', '');
    group.append(element('legend', vendor), ...knobs.map((knob) => line(knob, turn)));
    return group;
  }));
  byId('usual').addEventListener('click', () => {
    const usual = all.map(({ path, usual }) => changed(path, usual)).reduce(merged, {});
    act(() => call('PATCH', 'knobs', usual), 'The vendors behave as usual.');
  });
}

// Shows how the knobs stand, but for the one that somebody is turning.
export async function showKnobs(isOld) {
  const knobs = await call('GET', 'knobs');
  if (isOld()) return;
  for (const knob of all) {
    const input = byId(idOf(knob));
    const value = valueAt(knobs, knob.path);
    if (isSwitch(knob)) input.checked = value;
    else if (input !== document.activeElement) input.value = value;
    input.parentElement.classList.toggle('turned', value !== knob.usual);
  }
}
