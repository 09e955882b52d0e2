// Checks the sandbox through @notionhq/client, the vendor's own client.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { APIErrorCode, Client, collectPaginatedAPI, isFullPage, isNotionClientError, verifyWebhookSignature } from '@notionhq/client';

const url = process.argv[2];
const SOURCE = '50000000-0000-4000-8000-000000000001';
const AIRPORTS = 'd0000000-0000-4000-8000-000000000001';
const EVERYTHING = '50000000-0000-4000-8000-000000000004';
const CONTACTS = 'd0000000-0000-4000-8000-000000000005';
const client = (options = {}) =>
  new Client({ auth: 'ntn_check', baseUrl: url, notionVersion: '2026-03-11', retry: false, timeoutMs: 10_000, logger: () => {}, ...options });
const notion = client();

async function control(method, path, body) {
  const answer = await fetch(`${url}/_sandbox/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

async function check(name, act) {
  await act();
  console.log(`ok @notionhq/client: ${name}`);
}

const refused = (act, status, code) => assert.rejects(act, (error) => isNotionClientError(error) && error.status === status && error.code === code);
const title = (text) => ({ title: [{ text: { content: text } }] });
const words = (page) => page.properties.Name.title.map((run) => run.plain_text).join('');
const create = (text, properties = {}, by = notion) =>
  by.pages.create({ parent: { type: 'data_source_id', data_source_id: SOURCE }, properties: { Name: title(text), ...properties } });

await control('POST', 'reset', {});
await control('PATCH', 'knobs', { notion: { limits: { per_second: 0, per_window: 0 }, search_lag_seconds: 0 } });

await check('users', async () => {
  const me = await notion.users.me({});
  assert.equal(me.type, 'bot');
  const all = await collectPaginatedAPI(notion.users.list, {});
  assert.ok(all.some((user) => user.id === me.id));
});

await check('databases, data sources and their schema', async () => {
  const database = await notion.databases.retrieve({ database_id: AIRPORTS });
  assert.deepEqual(database.data_sources, [{ id: SOURCE, name: 'Airports' }]);
  const several = await notion.databases.retrieve({ database_id: CONTACTS });
  assert.equal(several.data_sources.length, 2);
  const source = await notion.dataSources.update({ data_source_id: SOURCE, properties: { Runways: { number: {} } } });
  assert.equal(source.properties.Runways.type, 'number');
  await refused(() => client({ notionVersion: '2022-06-28' }).databases.retrieve({ database_id: CONTACTS }), 400, APIErrorCode.ValidationError);
});

await check('create, update, trash and restore', async () => {
  const made = await create('Vienna', { Latitude: { number: 48.5 }, State: { select: { name: 'XX' } } });
  assert.ok(isFullPage(made));
  assert.equal(made.properties.Latitude.number, 48.5);
  const changed = await notion.pages.update({ page_id: made.id, properties: { Code: { rich_text: [{ text: { content: 'VIE' } }] } } });
  assert.equal(changed.properties.Code.rich_text[0].plain_text, 'VIE');
  assert.equal((await notion.pages.update({ page_id: made.id, in_trash: true })).in_trash, true);
  await refused(() => notion.pages.update({ page_id: made.id, properties: { Name: title('x') } }), 400, APIErrorCode.ValidationError);
  assert.equal((await notion.pages.update({ page_id: made.id, in_trash: false })).in_trash, false);
  await notion.pages.update({ page_id: made.id, in_trash: true });
});

await check('pages of a query, in order and filtered', async () => {
  for (let number = 0; number < 12; number += 1) await create(`A${String(number).padStart(2, '0')}`);
  const all = await collectPaginatedAPI(notion.dataSources.query, {
    data_source_id: SOURCE, page_size: 5, sorts: [{ property: 'Name', direction: 'descending' }],
  });
  assert.deepEqual([all.length, words(all[0]), words(all[11])], [12, 'A11', 'A00']);
  const some = await notion.dataSources.query({
    data_source_id: SOURCE,
    filter: { or: [{ property: 'Name', title: { equals: 'A03' } }, { property: 'Name', title: { ends_with: '1' } }] },
  });
  assert.equal(some.results.length, 3);
  await refused(() => notion.dataSources.query({ data_source_id: SOURCE, start_cursor: '00000000-0000-4000-8000-000000000000' }), 400, APIErrorCode.ValidationError);
});

await check('property items', async () => {
  const runs = [...Array(30)].map((_, n) => ({ text: { content: `${n} ` } }));
  const page = await notion.pages.create({ parent: { data_source_id: EVERYTHING }, properties: { Name: title('Long'), Notes: { rich_text: runs } } });
  assert.equal(page.properties.Notes.rich_text.length, 25);
  const items = await notion.pages.properties.retrieve({ page_id: page.id, property_id: page.properties.Notes.id });
  assert.equal(items.results.length, 30);
});

await check('search', async () => {
  const found = await notion.search({ query: 'a07', filter: { property: 'object', value: 'page' } });
  assert.equal(found.results.length, 1);
});

await check('errors by their codes', async () => {
  await refused(() => create('x', { Latitude: { number: '1' } }), 400, APIErrorCode.ValidationError);
  await refused(() => notion.pages.retrieve({ page_id: '00000000-0000-4000-8000-000000000000' }), 404, APIErrorCode.ObjectNotFound);
  await refused(() => client({ auth: 'nope' }).users.me({}), 401, APIErrorCode.Unauthorized);
});

await check('webhooks, by the signature that the client checks', async () => {
  const heard = [];
  let wake = () => {};
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    heard.push({ body, signature: request.headers['x-notion-signature'] });
    response.end();
    wake();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const next = async (wanted) => {
    for (;;) {
      const at = heard.findIndex(wanted);
      if (at >= 0) return heard.splice(at, 1)[0];
      await new Promise((resolve) => { wake = resolve; });
    }
  };
  const subscription = await control('POST', 'notion/webhooks', { url: `http://127.0.0.1:${server.address().port}/` });
  const { body } = await next(() => true);
  const token = JSON.parse(body).verification_token;
  await control('POST', `notion/webhooks/${subscription.id}/verify`, { verification_token: token });
  const page = await create('Told');
  const told = await next(({ body }) => JSON.parse(body).type === 'page.created');
  assert.equal(JSON.parse(told.body).entity.id, page.id);
  assert.ok(await verifyWebhookSignature({ ...told, verificationToken: token }));
  assert.ok(!(await verifyWebhookSignature({ ...told, verificationToken: 'secret_other' })));
  await control('PATCH', 'knobs', { pings: { forged: true } });
  await notion.pages.update({ page_id: page.id, in_trash: true });
  const forged = await next(({ body }) => JSON.parse(body).type === 'page.deleted');
  assert.ok(!(await verifyWebhookSignature({ ...forged, verificationToken: token })));
  await control('PATCH', 'knobs', { pings: { forged: false } });
  await control('DELETE', `notion/webhooks/${subscription.id}`);
  server.close();
});

await check('faults as the client retries them', async () => {
  const patient = client({ retry: { maxRetries: 2 } });
  await control('POST', 'faults', { fault: 'rate_limited' });
  await control('POST', 'faults', { fault: 'overloaded' });
  await create('Patient', {}, patient);
  await control('POST', 'faults', { fault: 'rate_limited', retry_after_seconds: 1 });
  await refused(() => notion.users.me({}), 429, APIErrorCode.RateLimited);
  await patient.users.me({});
  await control('POST', 'faults', { fault: 'bad_gateway' });
  await assert.rejects(() => patient.users.me({}), { status: 502, code: 'notionhq_client_response_error' });
  await control('POST', 'faults', { fault: 'conflict' });
  await refused(() => create('Met'), 409, APIErrorCode.ConflictError);
});

await check('a lost answer was carried out', async () => {
  await control('POST', 'faults', { fault: 'lost_answer' });
  await assert.rejects(() => create('Lost'));
  const found = await notion.dataSources.query({ data_source_id: SOURCE, filter: { property: 'Name', title: { equals: 'Lost' } } });
  assert.equal(found.results.length, 1);
});

await check('OAuth: a code for tokens, the next pair, introspection and revocation', async () => {
  const registered = { client_id: 'weighbridge-sandbox', client_secret: 'this-secret-opens-the-sandbox-alone' };
  const { oauth } = client({ auth: undefined });
  const redirect_uri = 'https://box.example/connections/callback/notion';
  const allow = async () => {
    const asked = new URL(`${url}/v1/oauth/authorize`);
    asked.search = new URLSearchParams({ client_id: registered.client_id, response_type: 'code', owner: 'user', redirect_uri, state: 'checked-by-the-client' });
    const [, ticket] = (await (await fetch(asked)).text()).match(/name="ticket" value="([^"]+)"/);
    const decided = await fetch(`${url}/v1/oauth/authorize`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ ticket, decision: 'allow' }) });
    const back = new URL(decided.headers.get('location'));
    assert.equal(back.searchParams.get('state'), 'checked-by-the-client');
    return back.searchParams.get('code');
  };
  const code = await allow();
  const first = await oauth.token({ ...registered, grant_type: 'authorization_code', code, redirect_uri });
  assert.equal(first.token_type, 'bearer');
  assert.ok(first.bot_id && first.workspace_id && first.refresh_token && first.owner.type === 'user');
  const me = await client({ auth: first.access_token }).users.me({});
  assert.equal(me.id, first.bot_id);
  // A code is good once, and a secret is needed.
  await assert.rejects(() => oauth.token({ ...registered, grant_type: 'authorization_code', code, redirect_uri }), { status: 400 });
  await assert.rejects(() => oauth.token({ ...registered, client_secret: 'wrong', grant_type: 'refresh_token', refresh_token: first.refresh_token }), { status: 401 });
  const next = await oauth.token({ ...registered, grant_type: 'refresh_token', refresh_token: first.refresh_token });
  assert.notEqual(next.refresh_token, first.refresh_token);
  await assert.rejects(() => oauth.token({ ...registered, grant_type: 'refresh_token', refresh_token: first.refresh_token }), { status: 400 });
  assert.equal((await oauth.introspect({ ...registered, token: next.access_token })).active, true);
  await oauth.revoke({ ...registered, token: next.access_token });
  assert.equal((await oauth.introspect({ ...registered, token: next.access_token })).active, false);
  await refused(() => client({ auth: next.access_token }).users.me({}), 401, APIErrorCode.Unauthorized);
  await assert.rejects(() => oauth.token({ ...registered, grant_type: 'refresh_token', refresh_token: next.refresh_token }), { status: 400 });
});
