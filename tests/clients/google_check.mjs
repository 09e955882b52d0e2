// Checks the sandbox's desk through googleapis, Google's own Node client.
import assert from 'node:assert/strict';
import { google } from 'googleapis';

const [url] = process.argv.slice(2);
const ADS = 'https://www.googleapis.com/auth/adwords';
const auth = new google.auth.OAuth2({
  clientId: 'weighbridge-sandbox',
  clientSecret: 'this-secret-opens-the-sandbox-alone',
  redirectUri: 'http://localhost:8443/connections/callback/google',
  endpoints: {
    oauth2AuthBaseUrl: `${url}/o/oauth2/v2/auth`,
    oauth2TokenUrl: `${url}/token`,
    oauth2RevokeUrl: `${url}/revoke`,
  },
});

async function check(name, act) {
  await act();
  console.log(`ok googleapis: ${name}`);
}

// What a person at the page allows.
async function allowed(address) {
  const html = await (await fetch(address)).text();
  const [, ticket] = html.match(/name="ticket" value="([^"]+)"/);
  const scopes = [...html.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope]) => ['scope', scope]);
  const body = new URLSearchParams([['ticket', ticket], ['decision', 'allow'], ...scopes]);
  const sent = await fetch(`${url}/o/oauth2/v2/auth`, { method: 'POST', body, redirect: 'manual' });
  assert.equal(sent.status, 302);
  return new URL(sent.headers.get('location')).searchParams;
}

let refresh;

await check('a code is exchanged with PKCE', async () => {
  const { codeVerifier, codeChallenge } = await auth.generateCodeVerifierAsync();
  const ask = {
    access_type: 'offline', prompt: 'consent', scope: ['openid', ADS], state: 'a state',
    code_challenge_method: 'S256', code_challenge: codeChallenge,
  };
  const back = await allowed(auth.generateAuthUrl(ask));
  assert.equal(back.get('state'), 'a state');
  await assert.rejects(auth.getToken({ code: back.get('code'), codeVerifier: 'another'.repeat(9) }), /invalid_grant/);
  const again = await allowed(auth.generateAuthUrl(ask));
  const { tokens } = await auth.getToken({ code: again.get('code'), codeVerifier });
  assert.ok(tokens.scope.split(' ').includes(ADS), tokens.scope);
  assert.ok(tokens.expiry_date > Date.now() + 3_000_000);
  refresh = tokens.refresh_token;
  assert.ok(refresh);
});

await check('an access token is had anew by the same refresh token', async () => {
  auth.setCredentials({ refresh_token: refresh });
  const { token: first } = await auth.getAccessToken();
  const { credentials } = await auth.refreshAccessToken();
  assert.notEqual(credentials.access_token, first);
  assert.equal(credentials.refresh_token, refresh);
  const { data } = await auth.request({ url: `${url}/v25/customers:listAccessibleCustomers` });
  assert.ok(data.resourceNames.length > 1);
});

await check('whose token it is', async () => {
  const { data } = await auth.request({ url: `${url}/v1/userinfo` });
  assert.equal(data.email, 'sandbox@example.com');
});

await check('a leave that was taken back is invalid_grant', async () => {
  await auth.revokeCredentials();
  auth.setCredentials({ refresh_token: refresh });
  await assert.rejects(auth.getAccessToken(), /invalid_grant/);
});
