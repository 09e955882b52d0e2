// A colleague's hand: the dialogs that write records and fields at the vendor.

import { byId, element } from './dom.js';

const LONG = 60;
const LINES = ['multilineText', 'richText'];

// A field of the dialog: a box for what is on or off, more lines for what is long.
function entry(column, text, place) {
  const id = `cell-${place}`;
  const made = element('p', '', { class: 'entry' });
  const isLong = LINES.includes(column.type) || text.length > LONG || text.includes('\n');
  const input = element(isLong ? 'textarea' : 'input', '', { id });
  if (column.type === 'checkbox') {
    Object.assign(input, { type: 'checkbox', checked: text === 'true' });
    made.classList.add('switch');
  } else {
    if (input.localName === 'input') input.type = 'text';
    input.value = text;
  }
  const label = element('label', `${column.name} `, { for: id });
  label.append(element('small', column.type));
  made.append(label, input);
  const now = () => (input.type === 'checkbox' ? String(input.checked) : input.value);
  return { made, column, text, now };
}

// Opens a dialog, and gives the way to try something: what goes wrong is told in it, and it stays.
function open(id, title, act) {
  const dialog = byId(id);
  byId(`${id}-title`).textContent = title;
  const problem = byId(`${id}-problem`);
  problem.textContent = '';
  const attempt = async (deed, told) => {
    problem.textContent = '';
    try {
      await deed();
    } catch (failure) {
      problem.textContent = `That did not work: ${failure.message}`;
      return;
    }
    dialog.close();
    await act(async () => {}, told);
  };
  dialog.showModal();
  return attempt;
}

// Lets a record be made, or one that is there be changed or taken away.
export function openRecord(table, row, act) {
  const { hand, columns } = table;
  const entries = columns.flatMap((column, place) =>
    hand.isWritable(column) ? [entry(column, row?.texts[place] ?? '', place)] : []);
  byId('record-fields').replaceChildren(...entries.map(({ made }) => made));
  const attempt = open('record', row ? `Edit ${row.name}` : 'New record', act);
  byId('record-save').textContent = row ? 'Save' : 'Create';
  byId('record-form').onsubmit = (event) => {
    event.preventDefault();
    const changed = entries.filter(({ text, now }) => now() !== text);
    const texts = changed.map(({ column, now }) => [column, now()]);
    if (row && texts.length === 0) return byId('record').close();
    const told = row ? `${row.id} was changed there.` : 'A record was made there.';
    return attempt(async () => (row ? hand.change(row, texts) : hand.create(texts)), told);
  };
  const deeds = row ? hand.deeds(row) : [];
  byId('record-deeds').replaceChildren(...deeds.map(([name, deed]) => {
    const button = element('button', name, { type: 'button' });
    button.addEventListener('click', () => attempt(() => deed(row), `${name}: ${row.id}.`));
    return button;
  }));
}

// Lets the fields of a table be renamed and dropped.
export function openFields(table, act) {
  const { hand, columns, title } = table;
  const attempt = open('shape', `Fields of ${title}`, act);
  byId('shape-fields').replaceChildren(...columns.map((column, place) => {
    const id = `field-${place}`;
    const line = element('form', '', { class: 'entry field' });
    const label = element('label', `Name of ${column.name} `, { for: id });
    label.append(element('small', column.type));
    const input = element('input', '', { id, type: 'text', required: '' });
    input.value = column.name;
    line.append(label, input, element('button', 'Rename', { type: 'submit', 'aria-label': `Rename ${column.name}` }));
    line.addEventListener('submit', (event) => {
      event.preventDefault();
      attempt(() => hand.rename(column, input.value), `${column.name} is called ${input.value} there now.`);
    });
    if (hand.canDrop(column)) {
      const drop = element('button', 'Drop', { type: 'button', 'aria-label': `Drop ${column.name}` });
      drop.addEventListener('click', () => attempt(() => hand.drop(column), `${column.name} was dropped there.`));
      line.append(drop);
    }
    return line;
  }));
}
