// The tables of each vendor: how their records are read, and how a colleague writes there.
//
// A row holds its id, its cells as they are shown, and as texts those that can be written.

import { call, shown, vendorCall } from './dom.js';

const listed = (text) => text.split(',').map((one) => one.trim()).filter(Boolean);

function number(text) {
  if (text.trim() === '') return null;
  if (!Number.isFinite(Number(text))) throw new Error(`${text} is no number`);
  return Number(text);
}

const isTrue = (text) => text === 'true';

// Of each type that can be written, the text of a value, and the value of a text.
const plainText = { text: shown, value: (text) => text || null };
const figure = { text: shown, value: number };
const choices = { text: (value) => (value ?? []).join(', '), value: listed };
const box = { text: (value) => String(value ?? false), value: isTrue };
const AIRTABLE = {
  singleLineText: plainText, multilineText: plainText, richText: plainText, email: plainText, url: plainText,
  phoneNumber: plainText, date: plainText, dateTime: plainText, singleSelect: plainText,
  number: figure, currency: figure, percent: figure, duration: figure, rating: figure,
  multipleSelects: choices, checkbox: box,
};

// The value of one of Notion's properties, as short as it can be read.
function plain(property) {
  const value = property[property.type];
  const one = (member) => member?.plain_text ?? member?.name ?? member?.id ?? shown(member);
  if (Array.isArray(value)) {
    const isText = property.type === 'title' || property.type === 'rich_text';
    return value.map(one).join(isText ? '' : ', ');
  }
  if (value === null) return '';
  if (property.type === 'date') return value.end ? `${value.start} – ${value.end}` : value.start;
  if (property.type === 'unique_id') return value.prefix ? `${value.prefix}-${value.number}` : shown(value.number);
  if (property.type === 'formula' || property.type === 'rollup') return shown(value[value.type]);
  return value.name ?? shown(value);
}

function date(text) {
  const [start, end] = text.split(' – ').map((part) => part.trim());
  return start ? { start, ...(end ? { end } : {}) } : null;
}

const words = (text) => (text ? [{ text: { content: text } }] : []);
const named = (text) => (text ? { name: text } : null);
const NOTION = {
  title: words, rich_text: words, number, date, checkbox: isTrue, select: named, status: named,
  multi_select: (text) => listed(text).map(named),
  url: (text) => text || null, email: (text) => text || null, phone_number: (text) => text || null,
};

export function ofAirtable(base) {
  return base.tables.map((table) => {
    const records = `bases/${base.id}/tables/${table.id}/records`;
    const body = (texts) => ({
      fields: Object.fromEntries(texts.map(([{ name, type }, text]) => [name, AIRTABLE[type].value(text)])),
      // At the vendor's own page a choice that is new is added.
      typecast: texts.some(([{ type }]) => type.endsWith('Select') || type.endsWith('Selects')),
    });
    return {
      key: `${base.id}/${table.id}`,
      title: `${base.name}: ${table.name}`,
      count: table.records,
      columns: table.fields,
      dump: `base=${base.id}&table=${table.id}`,
      async read(from, limit) {
        const { total, records: found } = await call('GET', `${records}?offset=${from}&limit=${limit}`);
        const rows = found.map(({ id, fields }) => ({
          id,
          name: id,
          cells: table.fields.map(({ name }) => shown(fields[name])),
          texts: table.fields.map(({ name, type }) => AIRTABLE[type]?.text(fields[name])),
        }));
        return { total, rows };
      },
      hand: {
        isWritable: ({ type }) => type in AIRTABLE,
        create: (texts) => call('POST', records, body(texts)),
        change: ({ id }, texts) => call('PATCH', `${records}/${id}`, body(texts)),
        deeds: () => [['Delete', ({ id }) => call('DELETE', `${records}/${id}`)]],
        rename: ({ id }, name) =>
          vendorCall('PATCH', `/v0/meta/bases/${base.id}/tables/${table.id}/fields/${id}`, 'patSandboxPage', { name }),
        // A table needs a field.
        canDrop: () => table.fields.length > 1,
        drop: ({ id }) => call('DELETE', `bases/${base.id}/tables/${table.id}/fields/${id}`),
      },
    };
  });
}

export function ofNotion(database) {
  return database.data_sources.map((source) => {
    const properties = (texts) =>
      Object.fromEntries(texts.map(([{ name, type }, text]) => [name, { [type]: NOTION[type](text) }]));
    const shape = (change) =>
      vendorCall('PATCH', `/v1/data_sources/${source.id}`, 'ntn_sandbox_page', { properties: change });
    const trash = ({ id }, in_trash) => call('PATCH', `notion/pages/${id}`, { in_trash });
    return {
      key: source.id,
      title: `Notion: ${database.title === source.name ? source.name : `${database.title}, ${source.name}`}`,
      count: source.pages,
      columns: source.properties,
      dump: `data_source=${source.id}`,
      sharing: { database: database.id, isShared: database.shared },
      async read(from, limit) {
        const path = `notion/data_sources/${source.id}/pages?offset=${from}&limit=${limit}`;
        const { total, pages } = await call('GET', path);
        const rows = pages.map((page) => {
          const cells = source.properties.map(({ name }) => plain(page.properties[name]));
          return {
            id: page.id,
            name: page.in_trash ? `${page.id} (in the trash)` : page.id,
            isTrashed: page.in_trash,
            cells,
            texts: cells,
          };
        });
        return { total, rows };
      },
      hand: {
        isWritable: ({ type }) => type in NOTION,
        create: (texts) =>
          call('POST', 'notion/pages', { parent: { data_source_id: source.id }, properties: properties(texts) }),
        change: ({ id }, texts) => call('PATCH', `notion/pages/${id}`, { properties: properties(texts) }),
        deeds: ({ isTrashed }) => [
          isTrashed ? ['Restore', (row) => trash(row, false)] : ['Move to the trash', (row) => trash(row, true)],
          ['Delete for good', ({ id }) => call('DELETE', `notion/pages/${id}`)],
        ],
        rename: (column, name) => shape({ [column.name]: { name } }),
        // The title is what a data source cannot be without.
        canDrop: ({ type }) => type !== 'title',
        drop: (column) => shape({ [column.name]: null }),
      },
    };
  });
}

export function ofZapier(hook) {
  return {
    key: hook.hook,
    title: `Zapier: ${hook.hook}`,
    count: hook.received,
    columns: ['time', 'delivery', 'change', 'what came in'].map((name) => ({ name, type: 'text' })),
    dump: `hook=${hook.hook}`,
    hook,
    async read(from, limit) {
      const { total, items } = await call('GET', `zapier/deliveries?hook=${hook.hook}&offset=${from}&limit=${limit}`);
      const cells = ({ at, body }) => {
        const { delivery_id: id, change, ...rest } = body ?? {};
        return [new Date(at).toLocaleTimeString(), shown(id), shown(change), shown(Array.isArray(body) ? body : rest)];
      };
      const rows = items.map((one) => ({ id: one.number, name: String(one.number), cells: cells(one) }));
      return { total, rows };
    },
  };
}
