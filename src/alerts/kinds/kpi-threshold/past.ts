import type { AlertRoom } from '../room.ts';

/** When it would have fired: asked as of the end of each day, with what is known of that day now. */
export const pastOfThreshold: AlertRoom<'kpi-threshold'>['past'] = async () => ({
  kind: 'unknown',
  reason: 'this is not built yet',
});
