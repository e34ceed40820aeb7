import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import Handlebars from 'handlebars';

const folder = path.join(import.meta.dirname, '..', '..', 'templates', 'report');

/**
 * Compiles a template when the program starts: a mistake in it is found then and not in the night of the first report.
 * Strict: a name that the data lacks throws instead of printing nothing. Everything is escaped but what `trusted` made.
 */
export function template<Data>(name: string, partials: readonly string[] = []): (data: Data) => string {
  const runtime = Handlebars.create();
  for (const partial of partials) runtime.registerPartial(partial, compiled(runtime, partial));
  const render = compiled(runtime, name);
  return (data) => render(data);
}

function compiled(runtime: typeof Handlebars, name: string): HandlebarsTemplateDelegate {
  const source = readFileSync(path.join(folder, `${name}.hbs`), 'utf8');
  const options = { strict: true, knownHelpersOnly: true, preventIndent: true };
  return runtime.template(vm.runInThisContext(`(${String(Handlebars.precompile(source, options))})`));
}

/** Markup of our own making, which is not escaped: charts (whose text is), style sheets. Never anything from outside. */
export function trusted(markup: string): Handlebars.SafeString {
  return new Handlebars.SafeString(markup);
}

export function styleSheet(name: string): string {
  return readFileSync(path.join(folder, `${name}.css`), 'utf8');
}
