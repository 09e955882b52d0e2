// A Zapier app on the appliance's API: the recipe of the handbook's page on Zapier, as it is tried.
const { version: platformVersion } = require('zapier-platform-core');

const api = (bundle, path) => `${bundle.authData.url.replace(/\/$/, '')}/api/v1${path}`;
const records = (bundle) => api(bundle, `/datasets/${bundle.inputData.dataset}/records`);
const inDataset = { key: 'dataset', label: 'Dataset', required: true, dynamic: 'datasets.id.name' };

const withToken = (request, z, bundle) => {
  if (bundle.authData.token) request.headers.Authorization = `Bearer ${bundle.authData.token}`;
  return request;
};

/** What a Zap sees of a record: an id that changes whenever the record does, then its values. */
const shown = ({ key, version, updated_at, fields }) => ({ id: `${key}@${version}`, key, updated_at, ...fields });

/** The dataset's fields as a Zap asks for them, so that values come in their types. */
const VALUE = 'value_';
const types = { integer: 'integer', number: 'number', boolean: 'boolean', date_time: 'datetime', long_text: 'text' };
const valuesOf = async (z, bundle) => {
  if (!bundle.inputData.dataset) return [];
  const { data } = await z.request(api(bundle, `/datasets/${bundle.inputData.dataset}`));
  const others = data.fields.filter(({ name }) => name !== data.key_field);
  return others.map(({ name, type }) => ({ key: `${VALUE}${name}`, label: name, type: types[type] ?? 'string' }));
};

const datasets = {
  key: 'datasets',
  noun: 'Dataset',
  display: { label: 'Datasets', description: 'Fills the choice of a dataset.', hidden: true },
  operation: {
    perform: async (z, bundle) => (await z.request(api(bundle, '/datasets?limit=500'))).data.items,
  },
};

const changed = {
  key: 'record_changed',
  noun: 'Record',
  display: { label: 'Record Created or Changed', description: 'Starts when a record is new or has changed.' },
  operation: {
    inputFields: [inDataset],
    perform: async (z, bundle) => {
      const params = { sort: '-updated_at', limit: 100 };
      const { data } = await z.request({ url: records(bundle), params });
      return data.items.map(shown);
    },
    sample: { id: 'LHR@17', key: 'LHR', updated_at: '2026-11-27T03:00:00.000Z', name: 'Heathrow' },
  },
};

/** The records as a hook would tell of them, so that a Zap can be built before anything is told. */
const toldOf = (bundle) => ({ key, version, updated_at, fields }) => ({
  id: `${key}@${version}`,
  event: bundle.inputData.event,
  at: updated_at,
  key,
  dataset: { id: bundle.inputData.dataset },
  ...(bundle.inputData.event === 'deleted' ? {} : { record: fields }),
});

const told = {
  key: 'record_told',
  noun: 'Record',
  display: { label: 'Record Event', description: 'Starts when a record is created, changed or deleted, at once.' },
  operation: {
    type: 'hook',
    inputFields: [
      inDataset,
      { key: 'event', label: 'Event', required: true, choices: ['created', 'changed', 'deleted'], default: 'created' },
    ],
    performSubscribe: async (z, bundle) => {
      const { dataset, event } = bundle.inputData;
      const body = { dataset_id: dataset, event, url: bundle.targetUrl, name: 'Zapier' };
      return (await z.request({ method: 'POST', url: api(bundle, '/hooks'), body })).data;
    },
    performUnsubscribe: async (z, bundle) => {
      const url = api(bundle, `/hooks/${bundle.subscribeData.id}`);
      const gone = await z.request({ method: 'DELETE', url, skipThrowForStatus: true });
      // Whoever is gone already is gone.
      if (gone.status !== 404) gone.throwForStatus();
      return {};
    },
    perform: async (z, bundle) => [bundle.cleanedRequest],
    performList: async (z, bundle) => {
      const { data } = await z.request({ url: records(bundle), params: { sort: '-updated_at', limit: 3 } });
      return data.items.map(toldOf(bundle));
    },
    sample: {
      id: '5f0c', event: 'created', at: '2026-11-27T03:00:00.000Z', key: 'LHR',
      dataset: { id: '0199', name: 'Airports' }, record: { iata: 'LHR', name: 'Heathrow' },
    },
  },
};

const write = {
  key: 'write_record',
  noun: 'Record',
  display: { label: 'Write Record', description: 'Creates a record, or changes the values that are given.' },
  operation: {
    inputFields: [
      inDataset,
      { key: 'key', label: 'Key', required: true },
      valuesOf,
    ],
    perform: async (z, bundle) => {
      const { key, ...given } = bundle.inputData;
      const named = Object.entries(given).filter(([name]) => name.startsWith(VALUE));
      const values = Object.fromEntries(named.map(([name, value]) => [name.slice(VALUE.length), value]));
      const url = `${records(bundle)}/${encodeURIComponent(key)}`;
      const there = await z.request({ method: 'PATCH', url, body: values, skipThrowForStatus: true });
      if (there.status !== 404) {
        there.throwForStatus();
        return shown(there.data);
      }
      // Two Zaps at once: only one of them creates it, and the other is told so.
      const headers = { 'If-None-Match': '*' };
      return shown((await z.request({ method: 'PUT', url, headers, body: values })).data);
    },
    sample: changed.operation.sample,
  },
};

const find = {
  key: 'find_record',
  noun: 'Record',
  display: { label: 'Find Record', description: 'Finds a record by its key.' },
  operation: {
    inputFields: [inDataset, { key: 'key', label: 'Key', required: true }],
    perform: async (z, bundle) => {
      const url = `${records(bundle)}/${encodeURIComponent(bundle.inputData.key)}`;
      const found = await z.request({ url, skipThrowForStatus: true });
      if (found.status === 404) return [];
      found.throwForStatus();
      return [shown(found.data)];
    },
    sample: changed.operation.sample,
  },
};

module.exports = {
  version: '1.0.0',
  platformVersion,
  authentication: {
    type: 'custom',
    test: async (z, bundle) => (await z.request(api(bundle, '/datasets?limit=1'))).data,
    fields: [
      { key: 'url', label: 'Address of the appliance', required: true, default: 'https://box.example' },
      { key: 'token', label: 'Token', type: 'password', required: true },
    ],
    connectionLabel: '{{bundle.authData.url}}',
  },
  beforeRequest: [withToken],
  triggers: { datasets, record_changed: changed, record_told: told },
  creates: { write_record: write },
  searches: { find_record: find },
};
