import { expect, test } from 'vitest';
import { createMetrics } from '../../src/web/metrics.ts';

test('alerts are counted: looks, turns, what was told and how long after its cause, and how they stand', async () => {
  const metrics = createMetrics();
  metrics.alertsLooked('sla-risk', 'conditions', 40);
  metrics.alertTurn(0.2, 3);
  metrics.alertTold('sla-risk', 'first', 4);
  // A repetition says nothing new: the hours since its cause are no lag.
  metrics.alertTold('sla-risk', 'repeat', 14_400);
  metrics.onAlerts(async () => ({ openIncidents: 2, rules: { ok: 9, unknown: 1 } }));
  const text = await metrics.text();
  for (const line of [
    'crema_alert_evaluations_total{kind="sla-risk",outcome="conditions"} 40',
    'crema_alert_turn_seconds_count 1',
    'crema_alert_rules_late_seconds_sum 3',
    'crema_alert_notifications_total{kind="sla-risk",reason="repeat"} 1',
    'crema_alert_lag_seconds_sum{kind="sla-risk"} 4',
    'crema_alert_open_incidents 2',
    'crema_alert_rules{health="unknown"} 1',
  ])
    expect(text).toContain(line);
});
