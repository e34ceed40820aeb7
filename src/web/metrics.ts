import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What the process counts, in Prometheus' words; `/metrics` shows it. Times in seconds. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** One HTTP request: `route` is one of ours, never the path as it came. */
  request(request: { route: string; method: string; status: number; seconds: number }): void;
  /** One thing a person did in Slack. */
  handled(handled: { kind: string; outcome: string; ackSeconds: number; totalSeconds: number }): void;
  /** One event of a webhook that was answered with 202. */
  webhookReceived(received: { type: string; outcome: string }): void;
  /** Events that were tried to be applied: what became of how many, and how long ago each of them was received. */
  webhooksSettled(settled: { outcome: string; secondsSince: readonly number[] }): void;
  /** One attempt at a job in this process. */
  jobRan(ran: { job: string; outcome: string; seconds: number }): void;
  /** One delivery that has ended, as far as it has; `secondsLate` after it was due. */
  delivered(delivery: { kind: string; carrier: string; outcome: string; secondsLate: number }): void;
  /** Looks at so many alert rules of a kind: `conditions`, `same` or `unknown`. */
  alertsLooked(kind: string, outcome: string, rules: number): void;
  /** One turn of looking at rules; `secondsLate` of the business clock, from when the most overdue of them was due. */
  alertTurn(seconds: number, secondsLate: number): void;
  /** People were told; `secondsAfter` since it is so by the data, where that is what they were told. */
  alertTold(kind: string, reason: string, secondsAfter: number): void;
  /** How alerts stand, asked for when they are read. */
  onAlerts(ask: () => Promise<AlertStanding>): void;
  /** How the jobs of all replicas stand, at every tick of the schedules. */
  jobBacklog(backlog: { lagSeconds: number; open: number; dead: number }): void;
}

export interface AlertStanding {
  openIncidents: number;
  /** Rules by their health: `ok`, `unknown`, `new`, `paused`. */
  rules: Readonly<Record<string, number>>;
}

/** A registry of its own: two servers in one process (tests, demo) do not share counts. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'crema_' });

  const requests = new Counter({
    name: 'crema_http_requests_total',
    help: 'HTTP requests answered',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'crema_http_request_duration_seconds',
    help: 'Time to the end of the HTTP answer',
    labelNames: ['route'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3],
    registers,
  });
  const commands = new Counter({
    name: 'crema_slack_requests_total',
    help: 'Commands and button presses by what became of them',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const ackSeconds = new Histogram({
    name: 'crema_slack_ack_seconds',
    help: 'Time to the acknowledgement; Slack gives up after 3 s',
    labelNames: ['kind'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 3],
    registers,
  });
  const totalSeconds = new Histogram({
    name: 'crema_slack_handling_seconds',
    help: 'Time to the whole answer, its chart included',
    labelNames: ['kind'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16],
    registers,
  });

  const webhooks = new Counter({
    name: 'crema_webhook_events_received_total',
    help: 'Signed events by what became of them on arrival',
    labelNames: ['type', 'outcome'],
    registers,
  });
  const settled = new Counter({
    name: 'crema_webhook_events_settled_total',
    help: 'Stored events by what became of them when they were applied',
    labelNames: ['outcome'],
    registers,
  });
  const webhookSeconds = new Histogram({
    name: 'crema_webhook_applied_seconds',
    help: 'Time from the receipt of an event until its record was written',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 600, 3600],
    registers,
  });
  const jobRuns = new Counter({
    name: 'crema_job_runs_total',
    help: 'Attempts at jobs by what became of them',
    labelNames: ['job', 'outcome'],
    registers,
  });
  const jobSeconds = new Histogram({
    name: 'crema_job_seconds',
    help: 'Time an attempt at a job took',
    labelNames: ['job'],
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600],
    registers,
  });
  const deliveries = new Counter({
    name: 'crema_deliveries_total',
    help: 'Digests, reports, answers and notices by what became of them',
    labelNames: ['kind', 'carrier', 'outcome'],
    registers,
  });
  const deliverySeconds = new Histogram({
    name: 'crema_delivery_late_seconds',
    help: 'Time from when something was due until it was sent, waiting for data included',
    labelNames: ['kind'],
    buckets: [1, 2, 5, 15, 60, 300, 1200, 3600, 14_400],
    registers,
  });
  const looks = new Counter({
    name: 'crema_alert_evaluations_total',
    help: 'Looks at alert rules by what they came to',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const turnSeconds = new Histogram({
    name: 'crema_alert_turn_seconds',
    help: 'Time to look at the rules that were due together, what they told included',
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60],
    registers,
  });
  const rulesLate = new Histogram({
    name: 'crema_alert_rules_late_seconds',
    help: 'Time from when the most overdue rule of a turn was due until it was looked at',
    buckets: [1, 2, 5, 10, 30, 60, 300, 900],
    registers,
  });
  const notifications = new Counter({
    name: 'crema_alert_notifications_total',
    help: 'What was told of incidents, by why; what became of each message is in crema_deliveries_total',
    labelNames: ['kind', 'reason'],
    registers,
  });
  const alertLag = new Histogram({
    name: 'crema_alert_lag_seconds',
    help: 'Time from when something is so by the data until it is told, `for`, group wait and hours included',
    labelNames: ['kind'],
    buckets: [1, 2, 5, 10, 30, 60, 120, 300, 900, 3600, 14_400],
    registers,
  });
  let standing: () => Promise<AlertStanding> = async () => ({ openIncidents: 0, rules: {} });
  new Gauge({
    name: 'crema_alert_open_incidents',
    help: 'Incidents that people were told of and that are not over',
    registers,
    async collect() {
      this.set((await standing()).openIncidents);
    },
  });
  new Gauge({
    name: 'crema_alert_rules',
    help: 'Alert rules by whether they can be evaluated',
    labelNames: ['health'],
    registers,
    async collect() {
      this.reset();
      for (const [health, count] of Object.entries((await standing()).rules)) this.set({ health }, count);
    },
  });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const jobLag = gauge('crema_job_lag_seconds', 'Age of the oldest slot that is due and not done');
  const jobsOpen = gauge('crema_jobs_open', 'Runs that wait, are queued or run');
  const jobsDead = gauge('crema_jobs_dead', 'Runs that failed for good and that no later one stands for');

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    request({ route, method, status, seconds }) {
      requests.inc({ route, method, status });
      requestSeconds.observe({ route }, seconds);
    },
    handled({ kind, outcome, ...took }) {
      commands.inc({ kind, outcome });
      ackSeconds.observe({ kind }, took.ackSeconds);
      totalSeconds.observe({ kind }, took.totalSeconds);
    },
    webhookReceived: (received) => webhooks.inc(received),
    webhooksSettled({ outcome, secondsSince }) {
      settled.inc({ outcome }, secondsSince.length);
      if (outcome === 'applied') for (const seconds of secondsSince) webhookSeconds.observe(seconds);
    },
    jobRan({ job, outcome, seconds }) {
      jobRuns.inc({ job, outcome });
      jobSeconds.observe({ job }, seconds);
    },
    delivered({ kind, carrier, outcome, secondsLate }) {
      deliveries.inc({ kind, carrier, outcome });
      if (outcome === 'sent') deliverySeconds.observe({ kind }, secondsLate);
    },
    alertsLooked: (kind, outcome, rules) => looks.inc({ kind, outcome }, rules),
    alertTurn(seconds, secondsLate) {
      turnSeconds.observe(seconds);
      rulesLate.observe(secondsLate);
    },
    alertTold(kind, reason, secondsAfter) {
      notifications.inc({ kind, reason });
      if (reason === 'first' || reason === 'more') alertLag.observe({ kind }, secondsAfter);
    },
    onAlerts(ask) {
      standing = ask;
    },
    jobBacklog({ lagSeconds, open, dead }) {
      jobLag.set(lagSeconds);
      jobsOpen.set(open);
      jobsDead.set(dead);
    },
  };
}
