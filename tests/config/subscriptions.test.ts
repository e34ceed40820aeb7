import { describe, expect, test } from 'vitest';
import { checkSubscriptions } from '../../src/app/subscriptions.ts';
import { parseConfig } from '../../src/config/config.ts';
import { CremaError } from '../../src/lib/errors.ts';

const withSubscriptions = (lines: string) => `
tenants:
  default:
    sla: {calendars: {office: {hours: {mon-fri: 09:00-17:00}, holidays: {2026-12-25: Christmas}}}}
    subscriptions:
${lines}
people:
  - {name: Ada Example, slack: U012AB3CD, role: executive}
`;

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof CremaError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('subscriptions of crema.yaml', () => {
  test('are read', () => {
    const { tenants } = parseConfig(
      withSubscriptions(`
      coffee: {what: digest morning-coffee, to: {channel: C012AB3CD}, when: weekdays at 08:30, holidays: office}
      board: {what: report monthly, to: {email: Board@Example.com}, when: monthly 1 at 8, timezone: Europe/Berlin, as: ada example}
      ada: {what: kpi sla 7d by team, to: {person: U012AB3CD}, when: weekly mon at 09:00, locale: de}
`),
      'crema.yaml',
    );
    expect(tenants.default?.subscriptions).toEqual({
      coffee: {
        what: { kind: 'digest', subject: 'morning-coffee' },
        to: { carrier: 'slack', recipient: 'C012AB3CD' },
        when: { cadence: { kind: 'weekdays' }, at: '08:30' },
        holidays: 'office',
      },
      board: {
        what: { kind: 'report', subject: 'monthly' },
        to: { carrier: 'mail', recipient: 'Board@example.com' },
        when: { cadence: { kind: 'monthly', day: 1 }, at: '08:00' },
        ...{ timezone: 'Europe/Berlin', as: 'ada example' },
      },
      ada: {
        what: { kind: 'kpi', subject: 'sla 7d by team' },
        to: { carrier: 'slack', recipient: 'U012AB3CD' },
        when: { cadence: { kind: 'weekly', day: 1 }, at: '09:00' },
        locale: 'de',
      },
    });
  });

  test('are refused with every problem, its place and a remedy', () => {
    const message = refusal(() =>
      parseConfig(
        withSubscriptions(`
      Coffee: {what: digest morning-coffee, to: {channel: C012AB3CD}, when: daily at 9}
      one: {what: coffee, to: {channel: general}, when: every morning}
      two: {what: report weekly, to: {channel: C012AB3CD, person: U012AB3CD}, when: weekdays at 25:00, timezone: Berlin}
      three: {what: report weekly, to: {email: nobody}, when: daily at 9, day: monday}
`),
        'crema.yaml',
      ),
    );
    const lines = message.split('\n');
    for (const said of [
      /^crema.yaml:7 .*Coffee.*: is not a name of lower-case letters/,
      /^crema.yaml:8 tenants.default.subscriptions.one.what: "coffee" does not say what is sent; write "digest morning-coffee"/,
      /^crema.yaml:8 .*one.to.channel: "general" is none; write \{channel: C012AB3CD\}/,
      /^crema.yaml:8 .*one.when: "every morning" does not say when; write "daily at 09:00"/,
      /^crema.yaml:9 .*two.to: says one of channel, person and email/,
      /^crema.yaml:9 .*two.when: "weekdays at 25:00" does not say when/,
      /^crema.yaml:9 .*two.timezone: is not an IANA time zone/,
      /^crema.yaml:10 .*three.to.email: "nobody" is none; write \{email: sam@example.com\}/,
      /^crema.yaml:10 .*three.*: "day" is no setting here/,
    ])
      expect(lines.some((line) => said.test(line)) || `${said} in\n${message}`).toBe(true);
  });

  test('are refused for what the rest of the product does not know', () => {
    const config = parseConfig(
      withSubscriptions(`
      one: {what: digest morning-cofee, to: {channel: C012AB3CD}, when: daily at 9, holidays: offce}
      two: {what: kpi slaa 7d, to: {person: U012AB3CD}, when: daily at 9, holidays: ID}
      three: {what: kpi list, to: {email: a@example.com}, when: daily at 9, as: Sam Example}
      four: {what: report yearly, to: {channel: C012AB3CD}, when: daily at 9, holidays: XX}
`),
      'crema.yaml',
    );
    expect(refusal(() => checkSubscriptions(config)).split('\n')).toEqual([
      'tenants.default.subscriptions.one.what: "morning-cofee" is no digest; did you mean morning-coffee?',
      'tenants.default.subscriptions.one.holidays: "offce" is neither a calendar of sla.calendars of office nor a country such as ID or DE-BY',
      expect.stringContaining('two.what: "slaa" is not understood; did you mean "kpi sla 7d"?'),
      'tenants.default.subscriptions.three.what: "list" is no question about a KPI',
      'tenants.default.subscriptions.three.as: nobody of people: in this tenant has the name, Slack id or address "Sam Example"',
      'tenants.default.subscriptions.four.what: "yearly" is no report; there are weekly, monthly',
      'tenants.default.subscriptions.four.holidays: "XX" is neither a calendar of sla.calendars of office nor a country such as ID or DE-BY',
    ]);
  });
});
