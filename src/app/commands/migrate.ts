import { migrate as migrateDatabase } from '../../db/migrate.ts';
import type { Command } from '../command.ts';
import { openDatabase } from '../open.ts';

export const migrate: Command = {
  name: 'migrate',
  summary: 'bring the database schema up to date',
  description: 'Applies the migrations that are missing, forward only. Safe to run from several processes at once.',
  examples: ['crema migrate', 'DATABASE_URL=postgres://crema@db/crema crema migrate'],
  async run({ environment, log, io, globals }) {
    const database = await openDatabase(environment, log, 'migrate');
    try {
      const applied = await migrateDatabase(database.url);
      if (globals.json) io.out(`${JSON.stringify({ applied })}\n`);
      else io.out(applied.length === 0 ? 'The schema is up to date.\n' : `Applied ${applied.join(', ')}.\n`);
      return 0;
    } finally {
      await database.close();
    }
  },
};
