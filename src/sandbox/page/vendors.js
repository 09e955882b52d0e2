// The tables of each vendor, and how their records are read.

import { call, shown } from './dom.js';

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

export function ofAirtable(base) {
  return base.tables.map((table) => ({
    key: `${base.id}/${table.id}`,
    title: `${base.name}: ${table.name}`,
    count: table.records,
    columns: table.fields,
    dump: `base=${base.id}&table=${table.id}`,
    async read(from, limit) {
      const path = `bases/${base.id}/tables/${table.id}/records?offset=${from}&limit=${limit}`;
      const { total, records } = await call('GET', path);
      const cells = (record) => table.fields.map((field) => shown(record.fields[field.name]));
      return { total, rows: records.map((record) => ({ id: record.id, cells: cells(record) })) };
    },
  }));
}

export function ofNotion(database) {
  return database.data_sources.map((source) => ({
    key: source.id,
    title: `Notion: ${database.title === source.name ? source.name : `${database.title}, ${source.name}`}`,
    count: source.pages,
    columns: source.properties,
    dump: `data_source=${source.id}`,
    async read(from, limit) {
      const path = `notion/data_sources/${source.id}/pages?offset=${from}&limit=${limit}`;
      const { total, pages } = await call('GET', path);
      const cells = (page) => source.properties.map((property) => plain(page.properties[property.name]));
      const name = (page) => (page.in_trash ? `${page.id} (in the trash)` : page.id);
      return { total, rows: pages.map((page) => ({ id: name(page), cells: cells(page) })) };
    },
  }));
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
      return { total, rows: items.map((one) => ({ id: String(one.number), cells: cells(one) })) };
    },
  };
}
