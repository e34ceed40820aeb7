// Moments in the reader's own zone. The server sends them as <time data-format> with Slack's date tokens.

let now = 0;

/** The sandbox's clock, in milliseconds since the epoch: "today" goes by it, not by the machine's. */
export function setNow(epochMilliseconds) {
  now = epochMilliseconds;
}

const formats = {
  time: { hour: 'numeric', minute: '2-digit' },
  time_secs: { hour: 'numeric', minute: '2-digit', second: '2-digit' },
  date: { month: 'long', day: 'numeric' },
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date_slash: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  date_long_full: { year: 'numeric', month: 'long', day: 'numeric' },
};

const dayNumber = (date) => Math.round(new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime() / 864e5);

function relativeDay(date) {
  const names = { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' };
  return names[dayNumber(date) - dayNumber(new Date(now))];
}

function ago(date) {
  const minutes = Math.round((date.getTime() - now) / 60e3);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  if (Math.abs(minutes) < 60) return words.format(minutes, 'minute');
  if (Math.abs(minutes) < 1440) return words.format(Math.round(minutes / 60), 'hour');
  return words.format(Math.round(minutes / 1440), 'day');
}

function token(date, name) {
  if (name === 'ago') return ago(date);
  if (name === 'date_num') return new Intl.DateTimeFormat('sv-SE', formats.date_num).format(date);
  const pretty = name.endsWith('_pretty');
  const plain = pretty ? name.slice(0, -'_pretty'.length) : name;
  if (pretty && relativeDay(date)) return relativeDay(date);
  const format = formats[plain];
  return format ? new Intl.DateTimeFormat(undefined, format).format(date) : undefined;
}

/** Puts every moment below `root` into words, in the zone and language of the browser. */
export function writeTimes(root) {
  for (const time of root.querySelectorAll('time[data-format]')) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    let known = true;
    const text = time.dataset.format.replace(/\{(\w+)\}/g, (_all, name) => {
      const value = token(date, name);
      known = known && value !== undefined;
      return value ?? '';
    });
    if (known) time.textContent = text;
    time.title = date.toLocaleString();
  }
}

/** A divider before the first message of each day of the reader's calendar. */
export function writeDays(messages) {
  for (const divider of messages.querySelectorAll('.day')) divider.remove();
  let last;
  for (const entry of messages.querySelectorAll(':scope > [data-ts]')) {
    const date = new Date(Number(entry.dataset.ts) * 1000);
    if (dayNumber(date) !== last) {
      const divider = document.createElement('p');
      divider.className = 'day';
      const label = document.createElement('span');
      const relative = relativeDay(date);
      label.textContent = relative ? relative[0].toUpperCase() + relative.slice(1) : token(date, 'date_long');
      divider.append(label);
      entry.before(divider);
    }
    last = dayNumber(date);
  }
}
