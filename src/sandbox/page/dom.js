// What the parts of the sandbox's page share: its elements, and the calls to the control API.

export const byId = (id) => document.getElementById(id);

export function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

async function send(method, path, given, body) {
  const headers = body === undefined ? given : { ...given, 'content-type': 'application/json' };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type'));
  const json = text && isJson ? JSON.parse(text) : null;
  if (!answer.ok) {
    throw new Error(json?.error?.message ?? json?.error ?? json?.message ?? `status ${answer.status}`);
  }
  return json;
}

// A call of the control API.
export function call(method, path, body) {
  return send(method, `/_sandbox/${path}`, {}, body);
}

// A call of a vendor's own API, by an integration that the page brings along.
export function vendorCall(method, path, token, body) {
  const headers = { authorization: `Bearer ${token}`, 'notion-version': '2026-03-11' };
  return send(method, path, headers, body);
}

export function shown(value) {
  if (value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
