/**
 * Action ids are kept for ever: buttons in old messages go on working. An id may be followed by `:` and a number where
 * a block has several. Values carry the words of a command; everything else is looked up and checked again on a click.
 */
export const actionIds = {
  /** Runs the command in its value and puts the answer in place of the message. */
  ask: 'kpi.ask',
  /** Posts the answer to the command in its value where the message stands. */
  share: 'kpi.share',
  /** A menu of periods; the command it is about is in the block id, behind `askAbout`. */
  period: 'kpi.period',
  /** Opens the form for a new subscription; with a number in its value, for changing that one. */
  subscribe: 'sub.form',
  /** Something in that form was changed: it shows the next times. */
  subscribeField: 'sub.field',
  /** Buttons of one subscription, by its number in the value. */
  pause: 'sub.pause',
  resume: 'sub.resume',
  unsubscribe: 'sub.end',
  nextTimes: 'sub.next',
  subscriptions: 'sub.list',
  /** Opens what somebody wants of their digest and of numbers anywhere. */
  digestSettings: 'digest:settings',
  /**
   * Buttons of one incident, by its number in the value; behind it `list` where the button stands in a list of incidents,
   * which is then shown anew. The menu has the length in front: `30min 42`.
   */
  acknowledge: 'alert.ack',
  unacknowledge: 'alert.unack',
  snooze: 'alert.snooze',
  wake: 'alert.wake',
  assign: 'alert.assign',
  showKpi: 'alert.show',
  notUseful: 'alert.useless',
  useful: 'alert.useful',
  /** Opens the form for a new rule. */
  alertForm: 'alert.form',
  /** Something in that form was changed that decides which fields there are. */
  alertField: 'alert.field',
  /** Buttons of one rule, by its number in the value. */
  pauseRule: 'alert.pause',
  resumeRule: 'alert.resume',
  endRule: 'alert.end',
  alerts: 'alert.list',
  /** Ends a silence, by its number in the value. */
  endSilence: 'alert.unsilence',
} as const;

/** Callback ids of forms, kept as long. */
export const formIds = { subscribe: 'sub.form', digestSettings: 'digest:settings', alert: 'alert.form' } as const;

/** Prefix of the block id that carries a menu's command: a menu's own values are too short for one. */
export const askAbout = 'about ';
