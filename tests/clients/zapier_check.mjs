// Checks the appliance through zapier-platform-core: the app of zapier_app.cjs, as Zapier runs it.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const [binary, appliances] = process.argv.slice(2);
const { startAppliance } = await import(appliances);
const require = createRequire(import.meta.url);
const zapier = require('zapier-platform-core');
const App = require('./zapier_app.cjs');
const run = zapier.createAppTester(App);

const appliance = await startAppliance(binary, { host: '127.0.0.1' });
// The appliance's own certificate was made just now, and nobody has signed it.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
process.removeAllListeners('warning');
try {
  await checks(await signUp());
} finally {
  await appliance.stop();
}

async function call(method, path, body, headers = {}) {
  const answer = await fetch(`${appliance.url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return { answer, data: await answer.json() };
}

/** The first account, a dataset of its own, and a token of its own. */
async function signUp() {
  const token = new URL(await appliance.setupLink()).hash.slice('#token='.length);
  const owner = { token, email: 'owner@example.org', name: 'Owner', password: 'a long enough passphrase 17' };
  const { answer, data } = await call('POST', '/setup', owner);
  const cookie = answer.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
  const session = { cookie, 'x-csrf-token': data.csrf_token };
  const fields = [{ name: 'iata', type: 'text' }, { name: 'name', type: 'text' }, { name: 'runways', type: 'integer' }];
  const dataset = await call('POST', '/datasets', { name: 'Airports', key_field: 'iata', fields }, session);
  const wish = {
    name: 'Zapier',
    scopes: ['dataset:read', 'dataset:write', 'dataset:share'],
    expires_at: new Date(Date.now() + 86_400_000).toISOString(),
  };
  const made = await call('POST', '/tokens', wish, session);
  return { dataset: dataset.data.id, token: made.data.secret };
}

/** What a hook of the sandbox was told, once it was told something. */
async function deliveries(hook) {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const answer = await fetch(`${appliance.sandboxUrl}/_sandbox/zapier/deliveries?hook=${hook}`);
    const { items } = await answer.json();
    if (items.length > 0) return items;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`nothing came at ${hook}`);
}

async function check(name, act) {
  await act();
  console.log(`ok zapier-platform-core: ${name}`);
}

async function checks({ dataset, token }) {
  const authData = { url: appliance.url, token };
  const on = (part, inputData = {}) => run(part, { authData, inputData: { dataset, ...inputData } });
  const { triggers, creates, searches } = App;
  const given = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [`value_${name}`, value]));
  const write = (key, values) => on(creates.write_record.operation.perform, { key, ...given(values) });
  const poll = () => on(triggers.record_changed.operation.perform);

  await check('the credential is tried, and a wrong one ends the connection', async () => {
    assert.equal((await on(App.authentication.test)).items.length, 1);
    const wrong = run(App.authentication.test, { authData: { ...authData, token: `${token.slice(0, -1)}x` } });
    await assert.rejects(wrong, (error) => /401|unauthori|token/i.test(error.message));
  });

  await check('datasets are offered by their names', async () => {
    const [airports] = await on(triggers.datasets.operation.perform);
    assert.deepEqual([airports.id, airports.name], [dataset, 'Airports']);
  });

  await check('its fields are asked for in their types', async () => {
    const asked = await on(creates.write_record.operation.inputFields[2]);
    assert.deepEqual(asked.map(({ key, type }) => [key, type]), [['value_name', 'string'], ['value_runways', 'integer']]);
  });

  await check('a record is created, then changed value by value', async () => {
    const made = await write('LHR', { name: 'Heathrow', runways: 2 });
    assert.deepEqual([made.key, made.name, made.runways], ['LHR', 'Heathrow', 2]);
    const changed = await write('LHR', { runways: 3 });
    assert.deepEqual([changed.name, changed.runways], ['Heathrow', 3]);
    assert.notEqual(changed.id, made.id);
    const same = await write('LHR', { runways: 3 });
    assert.equal(same.id, changed.id, 'what changes nothing is no change');
  });

  await check('a change shows once, the newest first, under an id of its own', async () => {
    await write('CDG', { name: 'Roissy' });
    const first = await poll();
    assert.deepEqual(first.map(({ key }) => key), ['CDG', 'LHR']);
    assert.deepEqual((await poll()).map(({ id }) => id), first.map(({ id }) => id));
    await write('LHR', { runways: 4 });
    const [newest, ...rest] = await poll();
    assert.equal(newest.key, 'LHR');
    assert.ok(!first.some(({ id }) => id === newest.id));
    assert.deepEqual(rest.map(({ id }) => id), [first[0].id]);
  });

  await check('a record is found by its key, and one that is not there is no error', async () => {
    const find = (key) => on(searches.find_record.operation.perform, { key });
    assert.equal((await find('CDG'))[0].name, 'Roissy');
    assert.deepEqual(await find('not/there'), []);
  });

  await check('a hook is subscribed, told once, and unsubscribed as often as one likes', async () => {
    const { performSubscribe, performUnsubscribe, performList, perform } = triggers.record_told.operation;
    const inputData = { dataset, event: 'created' };
    const targetUrl = `${appliance.sandboxUrl}/hooks/standard/100001/zapiertold1/`;
    const subscribeData = await run(performSubscribe, { authData, inputData, targetUrl });
    assert.match(subscribeData.signing_key, /^whsec_/);
    const again = await run(performSubscribe, { authData, inputData, targetUrl });
    assert.equal(again.id, subscribeData.id, 'Zapier subscribes twice at times');
    await write('ORY', { name: 'Orly', runways: 3 });
    const [delivery] = await deliveries('standard/100001/zapiertold1');
    const [item] = await run(perform, { authData, inputData, cleanedRequest: delivery.body });
    assert.deepEqual([item.event, item.key, item.dataset.name], ['created', 'ORY', 'Airports']);
    assert.deepEqual(item.record, { iata: 'ORY', name: 'Orly', runways: 3 });
    assert.match(delivery.signature, /^v1,/);
    const samples = await run(performList, { authData, inputData });
    const shape = ({ id, event, key, record }) => [typeof id, event, typeof key, typeof record.iata];
    assert.equal(samples.length, 3);
    for (const sample of samples) assert.deepEqual(shape(sample), shape(item));
    for (let times = 0; times < 2; times++) {
      await run(performUnsubscribe, { authData, inputData, subscribeData, targetUrl });
    }
    await write('NCE', { name: 'Nice' });
    const hooks = await run((z) => z.request(`${appliance.url}/api/v1/hooks`), { authData });
    assert.deepEqual(hooks.data.items, []);
  });

  await check('what the dataset does not take says why', async () => {
    await assert.rejects(write('LHR', { runways: 'many' }), (error) => /runways/.test(error.message));
  });
}
