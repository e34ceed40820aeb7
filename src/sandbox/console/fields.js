// What people fill in: reading it, and putting it back after a redraw.

const partOf = (field) => [...field.querySelectorAll('input[type=radio], input[type=checkbox]')];

/** What a field holds, as the sandbox takes it: text, a list where several can be chosen, null for nothing. */
export function heldIn(field) {
  if (field.matches('.choices')) {
    const checked = partOf(field)
      .filter((each) => each.checked)
      .map((each) => each.value);
    return field.getAttribute('role') === 'radiogroup' ? (checked[0] ?? null) : checked;
  }
  if (field.multiple) return [...field.selectedOptions].map((option) => option.value);
  if (field.type === 'datetime-local') return field.value ? Math.round(new Date(field.value).getTime() / 1000) : null;
  return field.value === '' ? null : field.value;
}

function put(field, value) {
  const several = Array.isArray(value) ? value : [value];
  if (field.matches('.choices')) for (const each of partOf(field)) each.checked = several.includes(each.value);
  else if (field.multiple) for (const option of field.options) option.selected = several.includes(option.value);
  else if (field.type === 'datetime-local') field.value = value === null ? '' : localMoment(value);
  else field.value = value ?? '';
}

function localMoment(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60e3).toISOString().slice(0, 16);
}

const fieldsIn = (root) => [...root.querySelectorAll('[data-field]')];

/** Everything filled in below `root`, by block and action id. */
export function filledIn(root) {
  const values = {};
  for (const field of fieldsIn(root)) {
    const { block, action } = field.dataset;
    values[block] = { ...values[block], [action]: heldIn(field) };
  }
  return values;
}

export function putBack(root, values) {
  for (const field of fieldsIn(root)) {
    const value = values[field.dataset.block]?.[field.dataset.action];
    if (value !== undefined) put(field, value);
  }
}

/** Moments come as seconds and are shown in the browser's zone. */
export function writeMoments(root) {
  for (const field of root.querySelectorAll('input[data-seconds]')) {
    if (field.dataset.seconds && !field.value) field.value = localMoment(Number(field.dataset.seconds));
  }
}
