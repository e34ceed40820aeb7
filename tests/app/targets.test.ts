import { expect, test } from 'vitest';
import { checkTargets } from '../../src/app/targets.ts';
import { parseConfig } from '../../src/config/config.ts';

const checked = (text: string) => () => checkTargets(parseConfig(text, 'crema.yaml'));

test('the target of a ratio is 0 to 1, and 90 is asked about', () => {
  expect(checked('kpis: {sla: {target: 90}}')).toThrow(
    'kpis.sla.target: is a ratio from 0 to 1, not 90; did you mean 0.9?',
  );
  expect(checked('kpis: {sla: {target: 900}}')).toThrow(/not 900$/);
});

test('other targets are what they are', () => {
  expect(checked('kpis: {sla: {target: 0.95}, resolution-time: {target: 86400}, csat: {target: 4.2}}')).not.toThrow();
});
