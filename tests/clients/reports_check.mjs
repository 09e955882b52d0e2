// Checks reports, funnels, attribution and cohorts against SQL: DuckDB gets the same events, and is asked in its own words.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const [binary, appliances] = process.argv.slice(2);
const { startAppliance } = await import(appliances);
const seed = Number(process.env.SEED ?? 1);
const many = Number(process.env.EVENTS ?? 20_000);
const [reports, funnels, attributions, cohorts] = [250, 80, 60, 40];
const zone = 'America/New_York';

/** Numbers from 0 to 1 that are the same for the same seed. */
let state = seed;
function chance() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const below = (n) => Math.floor(chance() * n);
const oneOf = (list) => list[below(list.length)];
const someOf = (list, n) => {
  const left = [...list];
  return Array.from({ length: n }, () => left.splice(below(left.length), 1)[0]);
};

const pages = ['/', '/pricing', '/blog', '/blog/one', '/blog/two', '/shop', '/cart', '/thanks', '/about us'];
const names = ['page_view', 'page_view', 'page_view', 'click', 'lead', 'purchase', 'scroll'];
const nowhere = { source: '', medium: '', campaign: '', term: '', content: '', referrer: '', click_id: '' };
const arrivals = [
  { query: '', told: { channel: 'direct' } },
  { query: 'utm_source=news&utm_medium=email&utm_campaign=May', told: { source: 'news', medium: 'email', campaign: 'May', channel: 'email' } },
  {
    query: 'utm_source=google&utm_medium=cpc&utm_campaign=Brand&utm_term=red+shoes&utm_content=B&gclid=x1',
    told: { source: 'google', medium: 'cpc', campaign: 'Brand', term: 'red shoes', content: 'B', click_id: 'gclid', channel: 'paid_search' },
  },
  { query: 'msclkid=7', told: { source: 'bing', medium: 'cpc', click_id: 'msclkid', channel: 'paid_search' } },
  { query: '', referrer: 'https://partner.example/x', told: { source: 'partner.example', medium: 'referral', referrer: 'partner.example', channel: 'referral' } },
];

/** What is sent, and what DuckDB is told of it. */
function happening(now) {
  // Many are whole tens of minutes: visits end exactly there, and moments are the same.
  const seconds = chance() < 0.5 ? 600 * below(6 * 144) : below(6 * 86_400);
  const at = new Date(now - 1000 * seconds);
  const page = oneOf(pages);
  const from = oneOf(arrivals);
  const name = oneOf(names);
  const value = name === 'purchase' || chance() < 0.1 ? (below(20_000) / 100).toFixed(2) : null;
  const digest = createHash('sha256').update(`${seed} ${state} ${chance()}`).digest('hex');
  const id = digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  const visitor = `v${below(many / 30)}`;
  const url = `https://shop.example${encodeURI(page)}?${from.query}`;
  const sent = { id, name, visitor, at: at.toISOString(), url };
  if (from.referrer) sent.referrer = from.referrer;
  if (value !== null) Object.assign(sent, { value, currency: 'EUR' });
  return { sent, kept: { ...nowhere, ...from.told, id, name, visitor, happened: at.toISOString(), page: new URL(url).pathname, value } };
}

async function call(path, body, headers) {
  const answer = await fetch(`${appliance.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return { answer, data: await answer.json() };
}

async function signUp() {
  const token = new URL(await appliance.setupLink()).hash.slice('#token='.length);
  const owner = { token, email: 'owner@example.org', name: 'Owner', password: 'a long enough passphrase 17' };
  const { answer, data } = await call('/setup', owner);
  const cookie = answer.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
  return { cookie, 'x-csrf-token': data.csrf_token };
}

/** The site, with all events in it and in DuckDB, where every event knows its visit. */
async function fill(session) {
  const wish = { name: 'Shop', domain: 'shop.example', currency: 'EUR', time_zone: zone, visitor_ids: 'lasting' };
  const site = (await call('/sites', wish, session)).data.id;
  const key = (await call(`/sites/${site}/keys`, { name: 'Till', kind: 'secret' }, session)).data.key;
  const now = Math.floor(Date.now() / 1000) * 1000;
  const events = Array.from({ length: many }, () => happening(now));
  for (let from = 0; from < many; from += 4000) {
    const part = events.slice(from, from + 4000).map(({ sent }) => sent);
    const { data } = await call('/events', part, { authorization: `Bearer ${key}` });
    assert.deepEqual(data, { accepted: part.length, doubled: 0, refused: [] });
  }
  const database = await (await DuckDBInstance.create(':memory:')).connect();
  const members = Object.keys(events[0].kept);
  await database.run(`CREATE TABLE sent (${members.map((name) => `"${name}" VARCHAR`).join(', ')})`);
  const appender = await database.createAppender('sent');
  for (const { kept } of events) {
    for (const name of members) kept[name] === null ? appender.appendNull() : appender.appendVarchar(kept[name]);
    appender.endRow();
  }
  appender.closeSync();
  await database.run(visitsOf(zone));
  return { site, database };
}

/** What is taken away is what was sent: DuckDB reads the file and looks for differences. */
async function takenAway(site, database, session) {
  const from = new Date(Date.now() - 9 * 86_400_000).toISOString().slice(0, 10);
  const answer = await fetch(`${appliance.url}/api/v1/sites/${site}/events/export?format=parquet&from=${from}`, { headers: session });
  assert.ok(answer.ok, `events/export: ${answer.status}`);
  const folder = await mkdtemp(path.join(tmpdir(), 'events-'));
  try {
    const file = path.join(folder, 'events.parquet');
    await writeFile(file, new Uint8Array(await answer.arrayBuffer()));
    const told = ['name', 'page', 'referrer', 'source', 'medium', 'campaign', 'term', 'content', 'click_id', 'channel'];
    await database.run(`CREATE TABLE taken AS SELECT * FROM read_parquet('${file}')`);
    const sent = `SELECT id, happened::TIMESTAMPTZ AS "at", value::DECIMAL(18, 6) AS value, ${told.map((name) => `nullif(${name}, '') AS ${name}`).join(', ')} FROM sent`;
    const kept = `SELECT id::VARCHAR AS id, "at", value, ${told.join(', ')} FROM taken`;
    const count = async (sql) => Number((await (await database.runAndReadAll(sql)).getRows())[0][0]);
    assert.equal(await count('SELECT count(*) FROM taken'), many);
    for (const [one, other] of [[sent, kept], [kept, sent]]) {
      assert.equal(await count(`SELECT count(*) FROM ((${one}) EXCEPT (${other}))`), 0);
    }
    const pairs = 'SELECT DISTINCT sent.visitor AS named, taken.visitor AS numbered FROM sent JOIN taken ON sent.id = taken.id::VARCHAR';
    const visitors = await count('SELECT count(DISTINCT visitor) FROM sent');
    assert.equal(await count(`SELECT count(*) FROM (${pairs})`), visitors);
    assert.equal(await count(`SELECT count(DISTINCT numbered) FROM (${pairs})`), visitors);
  } finally {
    await rm(folder, { recursive: true });
  }
  console.log(`ok duckdb: ${many} events are in the file as they were sent`);
}

const ofVisits = ['channel', 'source', 'medium', 'campaign', 'term', 'content', 'referrer', 'click_id'];

function visitsOf(zone) {
  const first = ofVisits.map((name) => `first_value(${name}) OVER visit AS visit_${name}`).join(', ');
  return `CREATE TABLE events AS
    WITH timed AS (
      SELECT * REPLACE (value::DECIMAL(18, 2) AS value), epoch_ms(happened::TIMESTAMPTZ) AS ms,
        timezone('${zone}', happened::TIMESTAMPTZ) AS here
      FROM sent),
    stepped AS (
      SELECT *, here::DATE AS day, ms - lag(ms) OVER who AS pause, row_number() OVER all_of AS nth
      FROM timed
      WINDOW who AS (PARTITION BY visitor, here::DATE ORDER BY ms, id),
        all_of AS (PARTITION BY visitor ORDER BY ms, id)),
    visited AS (
      SELECT *, visitor || ' ' || day || ' ' || count(*) FILTER (pause >= 1800000) OVER
        (PARTITION BY visitor, day ORDER BY ms, id) AS visit
      FROM stepped)
    SELECT *, ${first}, first_value(page) OVER visit AS visit_page,
      row_number() OVER visit = 1 AS is_first,
      lead(ms) OVER visit IS NULL AS is_last,
      coalesce(lead(ms) OVER visit - ms, 0) AS engaged_ms,
      count(*) OVER (PARTITION BY visit) AS size
    FROM visited WINDOW visit AS (PARTITION BY visit ORDER BY ms, id)`;
}

const expressions = {
  day: "strftime(day, '%Y-%m-%d')",
  week: "strftime(date_trunc('week', day), '%Y-%m-%d')",
  month: "strftime(day, '%Y-%m')",
  weekday: 'lower(dayname(day))',
  hour: 'hour(here)::VARCHAR',
  landing_page: 'visit_page',
  page: 'page',
  event: 'name',
  ...Object.fromEntries(ofVisits.map((name) => [name, `visit_${name}`])),
};
const dividing = ['hour', 'page', 'event'];

const visits = 'count(DISTINCT visit)';
const conversions = "count(*) FILTER (name IN ('lead', 'purchase'))";
const purchases = "count(*) FILTER (name = 'purchase')";
const views = "count(*) FILTER (name = 'page_view')";
const revenue = "coalesce(sum(value) FILTER (name = 'purchase'), 0)";
const measures = {
  events: 'count(*)',
  views,
  visits,
  visitors: 'count(DISTINCT visitor)',
  bounce_rate: `count(DISTINCT visit) FILTER (size = 1) / nullif(${visits}, 0)`,
  visit_seconds: `sum(engaged_ms) / nullif(${visits}, 0) / 1000`,
  conversions,
  leads: "count(*) FILTER (name = 'lead')",
  purchases,
  revenue,
  conversion_rate: `${conversions} / nullif(${visits}, 0)`,
  average_order_value: `${revenue} / nullif(${purchases}, 0)`,
  clicks: "count(*) FILTER (name = 'click')",
  entries: 'count(*) FILTER (is_first)',
  exits: 'count(*) FILTER (is_last)',
  time_on_page_seconds: `sum(engaged_ms) / nullif(${views}, 0) / 1000`,
};

const texts = [...pages, ...names, 'blog', 'google', 'news', 'e', 'cpc', 'May', 'direct', 'gclid', '1', '13', 'monday', '2026'];

function filter(dimensions) {
  const operator = oneOf(['is', 'is_not', 'contains', 'not_contains', 'starts_with']);
  const values = someOf(texts, 1 + below(3)).map((text) => encodeURI(text));
  if (operator.startsWith('is') && chance() < 0.2) values.push('');
  return { dimension: oneOf(dimensions), operator, values };
}

/** Whether an event fits, whatever a negative filter makes of that. */
function fits({ dimension, operator, values }) {
  const quoted = values.map((value) => `'${value.replaceAll("'", "''")}'`);
  const word = { is: '=', is_not: '=' }[operator];
  const one = (value) => {
    if (word) return `${expressions[dimension]} ${word} ${value}`;
    const name = operator === 'starts_with' ? 'starts_with' : 'contains';
    return `${name}(${expressions[dimension]}, ${value})`;
  };
  return `(${quoted.map(one).join(' OR ')})`;
}

/** The visits that every filter picks. */
function picked(filters, { from, to }) {
  const picks = filters.map((one) => {
    const any = `bool_or(${fits(one)})`;
    return one.operator.includes('not') ? `NOT ${any}` : any;
  });
  const having = picks.length > 0 ? `HAVING ${picks.join(' AND ')}` : '';
  return `SELECT * FROM events WHERE day BETWEEN '${from}' AND '${to}' AND visit IN
    (SELECT visit FROM events GROUP BY visit ${having})`;
}

function same(told, expected, metric, where) {
  if (told === undefined || expected === null) return assert.equal(told ?? null, expected, `${metric} of ${where}`);
  // An average of money is rounded to the cent.
  const near = metric === 'average_order_value' ? 0.005_001 : 1e-9 * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(Number(told) - expected) <= near, `${metric} of ${where}: ${told} and not ${expected}`);
}

/** The share of each visit of a path, by model; `place` counts them, from 1 to `size`. */
const models = {
  first: 'CASE WHEN place = 1 THEN 1 ELSE 0 END',
  last: 'CASE WHEN place = size THEN 1 ELSE 0 END',
  last_non_direct: 'CASE WHEN place = coalesce(other, size) THEN 1 ELSE 0 END',
  linear: '1 / size',
  time_decay: 'weight / sum(weight) OVER (PARTITION BY id)',
  position: `CASE WHEN size < 3 THEN 1 / size WHEN place IN (1, size) THEN 0.4 ELSE 0.2 / (size - 2) END`,
};

/** What each value gets of the conversions of some days. */
function divided({ dimension, goal, lookback_days, half_life_days, filters, from, to }, earliest) {
  const names = { all: "'lead', 'purchase'", leads: "'lead'", purchases: "'purchase'" }[goal];
  const day = 86_400_000;
  const sums = Object.keys(models).map(
    (model) => `sum(${model})::DOUBLE AS ${model}_conversions, sum(${model} * worth)::DOUBLE AS ${model}_revenue`,
  );
  return `WITH picked AS (${picked(filters, { from: earliest, to })}),
    touches AS (SELECT visitor, visit, ms, ${expressions[dimension]} AS value, visit_channel FROM picked WHERE is_first),
    gains AS (SELECT visitor, visit, ms, id, CASE WHEN name = 'purchase' THEN value ELSE 0 END AS worth
      FROM picked WHERE day BETWEEN '${from}' AND '${to}' AND name IN (${names})),
    paths AS (SELECT gains.id, gains.worth, touches.value, touches.visit_channel, touches.ms,
        row_number() OVER path AS place, count(*) OVER (PARTITION BY gains.id) AS size,
        pow(2.0, -(max(touches.ms) OVER (PARTITION BY gains.id) - touches.ms) / ${half_life_days * day}) AS weight
      FROM gains JOIN touches ON touches.visitor = gains.visitor AND touches.ms <= gains.ms
        AND (touches.ms >= gains.ms - ${lookback_days * day} OR touches.visit = gains.visit)
      WINDOW path AS (PARTITION BY gains.id ORDER BY touches.ms)),
    ranked AS (SELECT *, max(place) FILTER (visit_channel <> 'direct') OVER (PARTITION BY id) AS other FROM paths),
    shared AS (SELECT id, value, worth, ${Object.entries(models).map(([model, share]) => `(${share})::DOUBLE AS ${model}`).join(', ')} FROM ranked)
    SELECT value, count(DISTINCT id)::DOUBLE AS touched, ${sums.join(', ')} FROM shared GROUP BY value`;
}

/** Shares are rounded, so that one is off by less than a hundredth; together they are exact. */
function fair({ data, expected }, where) {
  assert.equal(data.found, expected.length, where);
  const byValue = new Map(expected.map((row) => [row.value, row]));
  for (const model of [...Object.keys(models), 'data_driven']) {
    for (const figure of ['conversions', 'revenue']) {
      const told = data.rows.map((row) => Number(row[model][figure]));
      const sum = told.reduce((sum, share) => sum + Math.round(share * 100), 0);
      assert.equal(sum, Math.round(Number(data[figure]) * 100), `${model} of ${figure} in ${where}`);
      if (model === 'data_driven') continue;
      data.rows.forEach(({ value }, place) => {
        const share = byValue.get(value)[`${model}_${figure}`];
        assert.ok(Math.abs(told[place] - share) < 0.010_001, `${model} ${figure} of ${value}: ${told[place]} and not ${share} in ${where}`);
      });
    }
  }
  for (const { value, touched } of data.rows) assert.equal(touched, byValue.get(value).touched, `${value} in ${where}`);
}

/** Who of each cohort was there in each period, by both their first days. */
function returned({ period, filters, from, to }, earliest) {
  const begin = (day) => `strftime(date_trunc('${period}', ${day}), '%Y-%m-%d')`;
  return `WITH firsts AS (SELECT visitor, arg_min(visit, ms) AS visit, min(day) AS day FROM events WHERE is_first GROUP BY visitor),
    members AS (SELECT visitor, day FROM firsts WHERE day >= '${from}' AND visit IN (SELECT visit FROM (${picked(filters, { from: earliest, to })})))
    SELECT ${begin('members.day')} AS cohort, ${begin('events.day')} AS period, count(DISTINCT events.visitor)::DOUBLE AS visitors, ${revenue}::DOUBLE AS revenue
    FROM events JOIN members ON events.visitor = members.visitor WHERE events.day <= '${to}' GROUP BY 1, 2`;
}

async function checks() {
  const session = await signUp();
  const { site, database } = await fill(session);
  await takenAway(site, database, session);
  const rows = async (sql) => (await database.runAndReadAll(sql)).getRowObjects();
  const days = (await rows("SELECT DISTINCT strftime(day, '%Y-%m-%d') AS day FROM events ORDER BY day")).map(({ day }) => day);
  const span = () => {
    const from = below(days.length);
    return { from: days[from], to: days[from + below(days.length - from)] };
  };

  for (let nth = 0; nth < reports; nth += 1) {
    const dimensions = someOf(Object.keys(expressions), below(4));
    const metrics = someOf(Object.keys(measures), 1 + below(5));
    const filters = Array.from({ length: below(3) }, () => filter(Object.keys(expressions)));
    const query = { ...span(), dimensions, metrics, filters, compare: 'none', limit: 1000 };
    const { data } = await call(`/sites/${site}/reports`, query, session);
    const where = JSON.stringify(query);
    const shown = metrics.map((name) => `(${measures[name]})::DOUBLE AS "${name}"`).join(', ');
    const told = dimensions.map((name, place) => `${expressions[name]} AS d${place}`).concat(shown).join(', ');
    const [all] = await rows(`SELECT ${shown} FROM (${picked(filters, query)})`);
    for (const name of metrics) same(data.totals[name], all[name], name, where);
    if (dimensions.length === 0) continue;
    const places = dimensions.map((_, place) => place + 1).join(', ');
    const expected = await rows(`SELECT ${told} FROM (${picked(filters, query)}) GROUP BY ${places}`);
    assert.equal(data.found, expected.length, where);
    const key = (values) => JSON.stringify(values);
    const byValues = new Map(expected.map((row) => [key(dimensions.map((_, place) => row[`d${place}`])), row]));
    for (const { values, metrics: row } of data.rows) {
      const found = byValues.get(key(values));
      assert.ok(found, `${values} in ${where}`);
      for (const name of metrics) same(row[name], found[name], name, `${values} in ${where}`);
      byValues.delete(key(values));
    }
    assert.equal(byValues.size, Math.max(0, expected.length - 1000), where);
  }
  console.log(`ok duckdb: ${reports} reports of ${many} events are those of SQL`);

  for (let nth = 0; nth < funnels; nth += 1) {
    const step = () => Array.from({ length: 1 + below(2) }, () => filter(dividing));
    const steps = Array.from({ length: 2 + below(4) }, step);
    const filters = Array.from({ length: below(2) }, () => filter(Object.keys(expressions)));
    const query = { ...span(), filters, within_minutes: 1 + below(6 * 1440) };
    query.steps = steps.map((filters, place) => ({ name: `step ${place}`, filters }));
    const { data } = await call(`/sites/${site}/funnels`, query, session);
    const is = (filters) => filters.map((one) => `${one.operator.includes('not') ? 'NOT' : ''} ${fits(one)}`).join(' AND ');
    // Every event that is the first step is tried, and each next step taken as soon as it comes.
    const ways = steps.map((filters, place) => {
      if (place === 0) return `way0 AS (SELECT visitor, ms AS begun, nth FROM picked WHERE ${is(filters)})`;
      return `way${place} AS (SELECT before.visitor, before.begun, min(next.nth) AS nth
        FROM way${place - 1} AS before JOIN (SELECT * FROM picked WHERE ${is(filters)}) AS next
          ON next.visitor = before.visitor AND next.nth > before.nth
          AND next.ms - before.begun <= ${query.within_minutes * 60_000}
        GROUP BY before.visitor, before.begun, before.nth)`;
    });
    const counts = steps.map((_, place) => `(SELECT count(DISTINCT visitor) FROM way${place})::DOUBLE AS s${place}`);
    const earned = `(SELECT ${revenue} FROM picked WHERE visitor IN (SELECT visitor FROM way${steps.length - 1}))::DOUBLE AS revenue`;
    const [expected] = await rows(`WITH picked AS (${picked(filters, query)}), ${ways.join(', ')} SELECT ${counts.join(', ')}, ${earned}`);
    const where = JSON.stringify(query);
    data.steps.forEach(({ visitors }, place) => same(visitors, expected[`s${place}`], `step ${place + 1}`, where));
    same(data.revenue, expected.revenue, 'revenue', where);
  }
  console.log(`ok duckdb: ${funnels} funnels are those of SQL`);

  for (let nth = 0; nth < attributions; nth += 1) {
    const query = {
      ...span(),
      dimension: oneOf(['channel', 'source', 'medium', 'campaign', 'landing_page']),
      goal: oneOf(['all', 'leads', 'purchases']),
      lookback_days: 1 + below(7),
      half_life_days: 1 + below(7),
      filters: Array.from({ length: below(2) }, () => filter(Object.keys(expressions))),
      limit: 1000,
    };
    const { data } = await call(`/sites/${site}/attribution`, query, session);
    fair({ data, expected: await rows(divided(query, days[0])) }, JSON.stringify(query));
  }
  console.log(`ok duckdb: ${attributions} attributions are those of SQL`);

  for (let nth = 0; nth < cohorts; nth += 1) {
    const filters = Array.from({ length: below(2) }, () => filter(Object.keys(expressions)));
    const query = { ...span(), period: oneOf(['week', 'month']), filters };
    const { data } = await call(`/sites/${site}/cohorts`, query, session);
    const where = JSON.stringify(query);
    const expected = await rows(returned({ ...query, from: data.from }, days[0]));
    const cells = new Map(expected.map((row) => [`${row.cohort} ${row.period}`, row]));
    const begun = data.cohorts.map((cohort) => cohort.begun);
    data.cohorts.forEach((cohort, place) => {
      assert.equal(cohort.returns.length, begun.length - place, where);
      cohort.returns.forEach((told, later) => {
        const key = `${cohort.begun} ${begun[place + later]}`;
        same(told.visitors, cells.get(key)?.visitors ?? 0, 'visitors', `${key} in ${where}`);
        same(told.revenue, cells.get(key)?.revenue ?? 0, 'revenue', `${key} in ${where}`);
        cells.delete(key);
      });
    });
    assert.equal(cells.size, 0, where);
  }
  console.log(`ok duckdb: ${cohorts} tables of cohorts are those of SQL`);
}

const appliance = await startAppliance(binary, {
  host: '127.0.0.1',
  settings: '[limits]\nanalytics = "100000 / minute"\napi_calls = "100000 / minute"\n',
});
// The appliance's own certificate was made just now, and nobody has signed it.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
process.removeAllListeners('warning');
try {
  await checks();
} finally {
  await appliance.stop();
}
