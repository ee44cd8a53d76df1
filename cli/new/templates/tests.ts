import type { NewFunction } from '../new-function.ts';
import { dependenciesOf } from './app.ts';
import { importsOf, lines } from './lines.ts';

/** `app.test.ts`: the app in process, over things made by hand. */
export function appTestTemplate(wanted: NewFunction): string {
  const { path, hasTable, consumes } = wanted;
  const needed = dependenciesOf(wanted);
  return lines(
    importsOf([
      ...(path && hasTable ? ([['@dormouse/runtime/errors', 'fail']] as const) : []),
      ...(needed.includes('outbox') ? ([['@dormouse/runtime/outbox', 'type Outbox']] as const) : []),
      ...(needed.includes('log') ? ([['@dormouse/runtime/log', 'type Logger']] as const) : []),
      ...(consumes.length > 0 ? ([['@dormouse/events/examples', 'readExamples']] as const) : []),
      ['vitest', 'expect, test'],
      ['./app.ts', 'createApp'],
      ...(hasTable ? ([['./store.ts', 'type Entries, type Entry']] as const) : []),
    ]),
    '',
    hasTable ? overEntries(wanted) : overNothing(wanted),
    '',
    path && pageTest(path, hasTable),
    '',
    path && hasTable && apiTests(path),
    '',
    consumes.length > 0 && eventTest(wanted),
  );
}

const fakes: Record<string, string> = {
  tokens: `tokens: {
      verify: async (token) =>
        token === 'good'
          ? { id: 1, name: 'ada', role: 'author', scopes: [], jti: 'one', exp: 9e9, token }
          : fail('unauthorized', 'The token is not valid.'),
    },`,
  limiter: 'limiter: { take: async () => ({ allowed: true, remaining: 1, resetMs: 0 }) },',
  outbox: `// Every event is new.
    outbox: { transaction: (work) => work((async () => [{}]) as never, () => {}), drained: async () => {} } as Outbox,`,
  log: 'log: { info: (fields: object) => void logged.push(fields) } as unknown as Logger,',
};

const overEntries = (wanted: NewFunction) => `function appOver(kept: Entry[] = []) {
  const insert = async (text: string) => {
    const entry = { id: kept.length + 1, text, createdAt: new Date('2026-03-04T05:06:07Z') };
    kept.unshift(entry);
    return entry;
  };
  const entries: Entries = { newest: async () => kept, add: insert, insert };
  const app = createApp({
    entries,
    ${dependenciesOf(wanted)
      .flatMap((each) => fakes[each] ?? [])
      .join('\n    ')}
  });
  return { app, kept };
}`;

const overNothing = (wanted: NewFunction) =>
  wanted.consumes.length > 0
    ? `function appOver() {
  const logged: object[] = [];
  const app = createApp({ ${fakes.log} });
  return { app, logged };
}`
    : 'const appOver = () => ({ app: createApp() });';

const pageTest = (path: string, hasTable: boolean) =>
  hasTable
    ? `test('the page shows what there is, and escapes it', async () => {
  const { app } = appOver([{ id: 1, text: '<b>hello</b>', createdAt: new Date() }]);
  const response = await app.request('${path}');
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('&lt;b&gt;hello&lt;/b&gt;');
});`
    : `test('there is a page', async () => {
  const response = await appOver().app.request('${path}');
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
  expect(await response.text()).toContain('<h1>');
});`;

const apiTests = (
  path: string,
) => `const post = (app: ReturnType<typeof appOver>['app'], body: object, token = 'good') =>
  app.request('${path}/entries', {
    method: 'POST',
    headers: { authorization: \`Bearer \${token}\`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('whoever has a token adds an entry, and everybody reads it', async () => {
  const { app } = appOver();
  const created = await post(app, { text: 'hello' });
  expect(created.status).toBe(201);
  expect(await created.json()).toEqual({ id: 1, text: 'hello', created_at: '2026-03-04T05:06:07.000Z' });
  expect(await (await app.request('${path}/entries')).json()).toMatchObject([{ id: 1, text: 'hello' }]);
});

test.each([
  ['no token', { text: 'hello' }, 'bad', 401],
  ['no text', { text: ' ' }, 'good', 422],
  ['an unknown field', { text: 'hello', colour: 'red' }, 'good', 422],
])('%s is refused, and nothing is added', async (_, body, token, status) => {
  const { app, kept } = appOver();
  expect((await post(app, body, token)).status).toBe(status);
  expect(kept).toEqual([]);
});`;

/** Events come from golden examples, read where the contract lies. */
const eventTest = ({ consumes, hasTable }: NewFunction) => {
  const types = consumes.map(({ contract }) => `'${contract.type}'`).join(', ');
  return `test.each([${types}])('%s is taken', async (type) => {
  const { app, ${hasTable ? 'kept' : 'logged'} } = appOver();
  const { event } = readExamples().find((example) => example.event.type === type)!;
  const response = await app.request('/events', {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(event),
  });
  expect(response.status).toBe(204);
  expect(${hasTable ? 'kept' : 'logged'}).toMatchObject([${hasTable ? '{ text: [type, event.subject].join(" ") }' : '{ type, subject: event.subject }'}]);
});`;
};

/** `store.test.ts`: the table in a real PostgreSQL. */
export function storeTestTemplate({ name, emits }: NewFunction): string {
  return lines(
    importsOf([
      ['@dormouse/runtime/outbox', 'outbox'],
      ['@dormouse/tests/database', 'testDatabase, type TestDatabase'],
      ['vitest', 'afterAll, beforeAll, expect, test'],
      ['./store.ts', 'openEntries'],
    ]),
    '',
    `let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase('${name}');
});
afterAll(() => db.drop());

test('what is added is kept, the newest first${emits ? ', and announced' : ''}', async () => {
  const sql = db.as('${name}');
  const entries = openEntries({ sql, outbox: outbox({ sql, source: '/${name}' }) });
  const first = await entries.add('first');
  const second = await entries.add('second');
  expect(await entries.newest()).toEqual([second, first]);`,
    emits &&
      `  expect(await sql\`SELECT type, subject FROM outbox ORDER BY position\`).toEqual([
    { type: '${emits.type}', subject: \`${emits.aggregate}/\${first.id}\` },
    { type: '${emits.type}', subject: \`${emits.aggregate}/\${second.id}\` },
  ]);`,
    '});',
  );
}
