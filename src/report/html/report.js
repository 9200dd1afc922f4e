// Sorting, filtering, and opening everything for print. Without it the page is complete, only longer.
'use strict';

const text = (element) => element.textContent.trim();

function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

// A cell sorts by its data-v, a decimal, else by its text. Figures are asked for largest first.
function sortTable(table, column, heading) {
  const before = heading.getAttribute('aria-sort');
  const descending = before ? before === 'ascending' : heading.classList.contains('n');
  for (const other of heading.parentElement.children) other.removeAttribute('aria-sort');
  heading.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
  const body = table.tBodies[0];
  const compare = (a, b) => {
    const [left, right] = [a.cells[column], b.cells[column]];
    const [x, y] = [Number(left.dataset.v), Number(right.dataset.v)];
    return Number.isNaN(x) || Number.isNaN(y)
      ? text(left).localeCompare(text(right), 'en', { numeric: true })
      : x - y;
  };
  const rows = Array.from(body.rows).sort(compare);
  body.append(...(descending ? rows.reverse() : rows));
}

for (const table of document.querySelectorAll('table[data-sort]')) {
  Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
    if ('nosort' in heading.dataset) return;
    const button = make('button', { type: 'button' });
    button.append(...heading.childNodes);
    button.addEventListener('click', () => sortTable(table, column, heading));
    heading.append(button);
  });
}

// data-filter names the data attributes that have a choice of their own; a value may be several words.
function addFilter(list) {
  const items = Array.from(list.tBodies ? list.tBodies[0].rows : list.children);
  if (items.length < 4) return;
  const what = list.dataset.label || 'rows';
  const search = make('input', { type: 'search', autocomplete: 'off' });
  const tools = make('div', { className: 'tools' }, make('label', {}, `Filter ${what}`, search));
  const choices = [];
  for (const name of list.dataset.filter.split(' ')) {
    const values = new Set(items.flatMap((item) => split(name, item)));
    if (values.size < 2) continue;
    const select = make('select', {}, make('option', { value: '' }, 'all'));
    for (const value of Array.from(values).sort()) select.append(make('option', { value }, value));
    tools.append(make('label', {}, name[0].toUpperCase() + name.slice(1), select));
    choices.push([name, select]);
  }
  const count = make('output', {});
  tools.append(count);
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const all = item.textContent.toLowerCase();
      const fits = words.every((word) => all.includes(word))
        && choices.every(([name, select]) => !select.value || split(name, item).includes(select.value));
      item.hidden = !fits;
      shown += fits;
    }
    count.textContent = `${shown} of ${items.length} ${what}`;
  };
  tools.addEventListener('input', apply);
  apply();
  const place = list.closest('.scroll') || list;
  place.before(tools);
}

// Environments may be several, apart by blanks; other values are one.
function split(name, item) {
  const value = item.dataset[name] || '';
  return name === 'environment' ? value.split(' ') : [value];
}

for (const list of document.querySelectorAll('[data-filter]')) addFilter(list);

for (const place of document.querySelectorAll('.expand')) {
  const button = make('button', { type: 'button' }, 'Open all');
  button.addEventListener('click', () => {
    const all = Array.from(place.querySelectorAll('details'));
    const open = !all.every((details) => details.open);
    for (const details of all) details.open = open;
    button.textContent = open ? 'Close all' : 'Open all';
  });
  place.before(make('div', { className: 'tools' }, button));
}

// Paper cannot be clicked: what mends a fault is opened. Long lists are printed if the reader has opened them.
let shut = [];
addEventListener('beforeprint', () => {
  shut = Array.from(document.querySelectorAll('details:not([open]):not(.screen)'));
  for (const details of shut) details.open = true;
});
addEventListener('afterprint', () => {
  for (const details of shut) details.open = false;
});
