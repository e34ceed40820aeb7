import type { Config } from '../config/config.ts';
import { usageError } from '../lib/errors.ts';
import { problemWith } from '../reports/questions.ts';

/** Refuses questions of reports that nobody could answer. Throws a usage error that names all of them. */
export function checkReports(config: Config): void {
  const wrong = Object.entries(config.reports).flatMap(([name, { sections = [] }]) =>
    sections.flatMap((section, index) =>
      typeof section === 'string'
        ? []
        : section.questions.flatMap((words, at) => {
            const problem = problemWith(words);
            return problem === null
              ? []
              : [`reports.${name}.sections.${index}.questions.${at}: "${words}": ${problem}`];
          }),
    ),
  );
  if (wrong.length > 0) throw usageError('CONFIG_REPORTS', wrong.join('\n'), 'Mend the configuration file.');
}
