import type { NewFunction } from '../new-function.ts';
import { importsOf, lines } from './lines.ts';

/** `app.ts`: the routes and what is done about events. */
export function appTemplate(wanted: NewFunction): string {
  const { name, path, hasTable, consumes } = wanted;
  const given = dependenciesOf(wanted);
  const imports = [
    ...consumes.map(({ module, constant }): [string, string] => [`@dormouse/events/${module}`, constant]),
    ['@dormouse/runtime/app', 'newApp'],
    ...(path && hasTable ? entryImports : []),
    ...(consumes.length > 0 ? eventImports : []),
    ...(consumes.length > 0 && hasTable ? [['@dormouse/runtime/outbox', 'type Outbox']] : []),
    ...(consumes.length > 0 && !hasTable ? [['@dormouse/runtime/log', 'type Logger']] : []),
    ...(path
      ? [
          ['./api.ts', 'api'],
          ['./page.ts', 'page'],
        ]
      : []),
    ...(hasTable ? [['./store.ts', path ? 'type Entries, type Entry' : 'type Entries']] : []),
  ] as [string, string][];
  return lines(
    importsOf(imports),
    '',
    given.length > 0 && dependenciesTemplate(wanted),
    '',
    consumes.length > 0 && `const consumed = [${consumes.map(({ constant }) => constant).join(', ')}];`,
    '',
    `export function createApp(${given.length > 0 ? `{ ${given.join(', ')} }: Dependencies` : ''}) {`,
    consumes.length > 0 && handlers(hasTable),
    '  return newApp()',
    consumes.length > 0 && `    .post('/events', receive({ ${hasTable ? 'outbox, ' : ''}handlers }))`,
    path && pageRoute(hasTable),
    path && hasTable && entryRoutes(name),
    '    ;',
    '}',
    path && hasTable && viewTemplate,
  );
}

/** A field of an entry that is not answered, or the other way round, is a type error. */
const viewTemplate = `
function view({ id, text, createdAt, ...unanswered }: Entry): ResponseOf<typeof api.add, 201> {
  nothingLeft(unanswered);
  return { id, text, created_at: createdAt.toISOString() };
}`;

const dependenciesTemplate = (wanted: NewFunction): string =>
  `export interface Dependencies {\n${dependenciesOf(wanted)
    .map((each) => `  ${each}: ${typeOf[each]};\n`)
    .join('')}}`;

const typeOf: Record<string, string> = {
  entries: 'Entries',
  tokens: 'Tokens',
  limiter: 'Limiter',
  outbox: 'Outbox',
  log: 'Logger',
};

/** What `createApp` is given. */
export function dependenciesOf({ path, hasTable, consumes }: NewFunction): string[] {
  return [
    ...(hasTable ? ['entries'] : []),
    ...(path && hasTable ? ['tokens', 'limiter'] : []),
    ...(consumes.length > 0 ? [hasTable ? 'outbox' : 'log'] : []),
  ];
}

const entryImports = [
  ['@dormouse/runtime/app', 'json'],
  ['@dormouse/runtime/auth', 'authenticate, required, type Tokens'],
  ['@dormouse/runtime/limiter', 'limit, type Limiter'],
  ['@dormouse/runtime/api', 'nothingLeft, type ResponseOf'],
];

const eventImports = [['@dormouse/runtime/receive', 'on, receive']];

/** What happens to an event: with a table it is kept, else logged. */
const handlers = (hasTable: boolean) =>
  hasTable
    ? `  const handlers = consumed.map((contract) =>
    on(contract, async ({ type, subject = '' }, tx, emit) => {
      await entries.insert(\`\${type} \${subject}\`, tx, emit);
    }),
  );`
    : `  const handlers = consumed.map((contract) =>
    on(contract, async ({ type, subject }) => log.info({ type, subject }, 'event taken')),
  );`;

const pageRoute = (hasTable: boolean) => `    .get(api.page.path, async (c) =>
      c.html(page(${hasTable ? 'await entries.newest()' : ''}), 200, {
        'cache-control': 'no-cache',
        'content-security-policy': "default-src 'none'",
      }),
    )`;

const entryRoutes = (name: string) => `    .get(api.list.path, async (c) => c.json((await entries.newest()).map(view)))
    .use(api.add.path, authenticate(tokens))
    .post(
      api.add.path,
      limit(limiter, { key: (c) => \`${name}:\${required(c).id}\`, limit: 600, windowMs: 60_000 }),
      json(api.add.body),
      async (c) => c.json(view(await entries.add(c.req.valid('json').text)), 201),
    )`;
