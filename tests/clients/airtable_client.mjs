// Checks the sandbox through airtable.js, the vendor's own client.
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import Airtable from 'airtable';

const url = process.argv[2];
const BASE = 'appSandboxDemo001';
const client = new Airtable({ apiKey: 'patCheck', endpointUrl: url, requestTimeout: 5000, noRetryIfRateLimited: true });
const airports = client.base(BASE)('Airports');

async function control(method, path, body) {
  const answer = await fetch(`${url}/_sandbox/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
}

async function check(name, act) {
  await act();
  console.log(`ok airtable.js: ${name}`);
}

const refused = (act, statusCode, error) => assert.rejects(act, { statusCode, error });
const codes = (records) => records.map((record) => record.get('Code'));

await control('POST', 'reset', {});
await control('PATCH', 'knobs', { limits: { per_base: 0, per_token: 0 } });

await check('create one and several', async () => {
  const one = await airports.create({ Code: 'A00', Latitude: 1.5 });
  assert.equal(one.get('Latitude'), 1.5);
  const rows = [...Array(10)].map((_, n) => ({ fields: { Code: `B${n}` } }));
  assert.equal((await airports.create(rows, { typecast: true })).length, 10);
});

await check('more than ten records are refused', async () => {
  const rows = [...Array(11)].map((_, n) => ({ fields: { Code: `X${n}` } }));
  await refused(() => airports.create(rows), 422, 'INVALID_RECORDS');
});

await check('pages, sort and fields', async () => {
  const seen = [];
  await airports.select({ pageSize: 4, sort: [{ field: 'Code', direction: 'desc' }], fields: ['Code'] })
    .eachPage((records, next) => { seen.push(codes(records)); next(); });
  assert.deepEqual(seen.map((page) => page.length), [4, 4, 3]);
  assert.equal(seen[0][0], 'B9');
  assert.equal(seen[2][2], 'A00');
});

await check('a filter, also too long for an address', async () => {
  const [only] = await airports.select({ filterByFormula: "{Code} = 'B3'" }).firstPage();
  assert.equal(only.get('Code'), 'B3');
  const long = `OR(${[...Array(1500)].map((_, n) => `{Code} = 'B${n}'`).join(',')})`;
  assert.equal((await airports.select({ filterByFormula: long }).all()).length, 10);
});

await check('upsert', async () => {
  const rows = [{ fields: { Code: 'B1', City: 'Rome' } }, { fields: { Code: 'NEW' } }];
  const upsert = () => airports.update(rows, { performUpsert: { fieldsToMergeOn: ['Code'] } });
  const first = await upsert();
  const again = await upsert();
  assert.equal(first[0].get('City'), 'Rome');
  assert.deepEqual(first.map((record) => record.id), again.map((record) => record.id));
});

await check('update keeps and replace clears', async () => {
  const [row] = await airports.select({ filterByFormula: "{Code} = 'B1'" }).firstPage();
  const updated = await airports.update(row.id, { Name: 'One' });
  assert.equal(updated.get('City'), 'Rome');
  const replaced = await airports.replace(row.id, { Code: 'B1' });
  assert.equal(replaced.get('City'), undefined);
});

await check('find and destroy, one and several', async () => {
  const all = await airports.select().all();
  assert.equal((await airports.find(all[0].id)).id, all[0].id);
  await airports.destroy(all[0].id);
  await airports.destroy(all.slice(1, 11).map((record) => record.id));
  await refused(() => airports.find(all[0].id), 403, 'NOT_AUTHORIZED');
});

await check('errors by their types', async () => {
  await refused(() => airports.create({ Town: 'x' }), 422, 'UNKNOWN_FIELD_NAME');
  await refused(() => airports.create({ Code: 1 }), 422, 'INVALID_VALUE_FOR_COLUMN');
  await refused(() => client.base('app00000000000000')('T').select().firstPage(), 404, 'NOT_FOUND');
});

await check('the rate limit', async () => {
  await control('PATCH', 'knobs', { limits: { per_base: 5, penalty_seconds: 1 } });
  await setTimeout(1100); // what was called before counts for a second
  for (let call = 0; call < 5; call += 1) await airports.select().firstPage();
  await refused(() => airports.select().firstPage(), 429, 'TOO_MANY_REQUESTS');
});
