import type { NewFunction } from '../new-function.ts';
import { dependenciesOf } from './app.ts';
import { importsOf, lines } from './lines.ts';

/** `main.ts`: builds the app of real things. */
export function mainTemplate(wanted: NewFunction): string {
  const { name, hasTable } = wanted;
  const given = dependenciesOf(wanted).filter((each) => each !== 'entries');
  const runtime = [...(hasTable ? ['sql', 'outbox'] : []), ...given.filter((each) => each !== 'outbox')];
  const members = [...(hasTable ? ['entries: openEntries({ sql, outbox })'] : []), ...given];
  return lines(
    importsOf([
      ['@dormouse/runtime/serve', 'serve'],
      ['./app.ts', 'createApp'],
      ...(hasTable ? [['./store.ts', 'openEntries'] as const] : []),
    ]),
    '',
    `await serve('${name}', (${runtime.length > 0 ? `{ ${runtime.join(', ')} }` : ''}) => createApp(${members.length > 0 ? `{ ${members.join(', ')} }` : ''})${hasTable ? '' : ', { database: false }'});`,
  );
}

/** `package.json`; versions as the other functions have them. */
export function packageTemplate(
  { name, path, hasTable, consumes, emits }: NewFunction,
  versions: Readonly<Record<string, string>>,
): string {
  const dependencies = {
    ...((consumes.length > 0 || emits || (path && hasTable)) && { '@dormouse/events': '*' }),
    '@dormouse/runtime': '*',
    ...(path && { hono: versions.hono }),
    ...(path && hasTable && { valibot: versions.valibot }),
  };
  const content = {
    name: `@dormouse/${name}`,
    version: '0.1.0',
    private: true,
    type: 'module',
    exports: { './*': './*.ts' },
    dependencies,
    scripts: { build: `node ../../knative/image/bundle.ts ${name} dist` },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
