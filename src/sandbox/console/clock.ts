import { type Clock, isMovable } from '../../lib/clock.ts';
import { type Html, html } from './html.ts';

export interface BusinessClock {
  clock: Clock;
  /** IANA zone. */
  timezone: string;
}

/** The moves the console offers, in the business's zone: a day is a day of its calendar, also where clocks change. */
export const clockMoves: Readonly<Record<string, (now: Temporal.ZonedDateTime) => Temporal.ZonedDateTime>> = {
  'tomorrow-0830': (now) =>
    now.add({ days: 1 }).with({ hour: 8, minute: 30, second: 0, millisecond: 0, microsecond: 0, nanosecond: 0 }),
  hour: (now) => now.add({ hours: 1 }),
  day: (now) => now.add({ days: 1 }),
};

const labels: readonly (readonly [string, string])[] = [
  ['tomorrow-0830', 'Tomorrow 08:30'],
  ['hour', '+1 h'],
  ['day', '+1 day'],
];

function write(now: Temporal.ZonedDateTime, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: now.timeZoneId, ...options }).format(now.epochMilliseconds);
}

function cityOf(timezone: string): string {
  return timezone.split('/').at(-1)?.replaceAll('_', ' ') ?? timezone;
}

/** The business time in the bar above the conversation; says in words when it is not the real one. */
export function drawClockFace({ clock, timezone }: BusinessClock): Html {
  const now = clock.now().toZonedDateTimeISO(timezone);
  const moved = isMovable(clock) && !clock.ahead().blank;
  const time = write(now, { hour: '2-digit', minute: '2-digit' });
  const day = write(now, { weekday: 'short', day: 'numeric', month: 'short' });
  return html`<span class="face"><span class="visually-hidden">Business time </span><strong>${time}</strong> <span class="when">${day} · ${cityOf(timezone)}</span>${moved && html` <span class="badge">moved</span>`}</span>`;
}

function distance(ahead: Temporal.Duration): string {
  const minutes = Math.round(ahead.total('minutes'));
  const [days, hours] = [Math.floor(Math.abs(minutes) / 1440), Math.floor((Math.abs(minutes) % 1440) / 60)];
  const parts = [days > 0 ? `${days} d` : '', hours > 0 ? `${hours} h` : '', `${Math.abs(minutes) % 60} min`];
  return `${parts.filter((part) => part !== '').join(' ')} ${minutes < 0 ? 'behind' : 'ahead of'} real time`;
}

/** The clock to read and, where it can be moved, to move. */
export function drawClockPane({ clock, timezone }: BusinessClock): Html {
  const now = clock.now().toZonedDateTimeISO(timezone);
  const movable = isMovable(clock);
  const moved = isMovable(clock) && !clock.ahead().blank;
  return html`<div class="scroll tools"><p class="big">${write(now, { hour: '2-digit', minute: '2-digit' })}</p>
    <p>${write(now, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })}<br><span class="faint">${timezone}</span></p>
    <p class="state${moved && ' moved'}">${isMovable(clock) && moved ? distance(clock.ahead()) : 'Goes with real time'}</p>
    ${
      movable
        ? html`<div class="moves" role="group" aria-label="Move the clock">${labels.map(([to, label]) => html`<button type="button" class="button" data-move="${to}">${label}</button>`)}
      <button type="button" class="button" data-move="real" ${!moved && html`disabled`}>Back to real time</button></div>
    <p class="faint">The bot shares this clock: its numbers and the times of messages follow. Signatures and time-outs stay on real time.</p>`
        : html`<p class="faint">This clock was given from outside and cannot be moved here.</p>`
    }<p class="failure" role="alert" hidden></p></div>`;
}
