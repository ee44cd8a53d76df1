import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { initKeys } from '@dormouse/auth/key-folder';
import { deadLetter, missingEvent, type OperatorApi, operatorApi } from '@dormouse/console/operator-api.fixture';
import { newKeySet, publishedKeys } from '@dormouse/events/key-set';
import { accessToken } from '@dormouse/local/access-token';
import { eventVerifier } from '@dormouse/runtime/event-verifier';
import { writeSecret } from '@dormouse/serving/process/secret-files';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

/** A console with one event, one trigger, a stream and a Broker. */
async function consoleServer() {
  const taken: { type: string | undefined; authorization: string | undefined; body: string }[] = [];
  const streams = new Set<import('node:http').ServerResponse>();
  const event = {
    id: 'e1',
    type: 'dev.dormouse.post.created.v1',
    source: '/posts',
    subject: 'post/1',
    trace_id: 'a'.repeat(32),
    verdicts: [
      {
        trigger: 'counts',
        matches: true,
        clause: 'exact type = dev.dormouse.post.created.v1',
        outcome: 'retrying',
        attempts: [
          {
            at: '2026-01-31T10:00:00Z',
            status: 503,
            latency_ms: 12.4,
            error: 'HTTP 503',
            next_attempt_at: '2026-01-31T10:00:01Z',
          },
          { at: '2026-01-31T10:00:02Z', status: 202, latency_ms: 3, dead_letter_sink: true },
        ],
      },
      {
        trigger: 'other',
        matches: false,
        clause: 'exact type = dev.example.other: the event has dev.dormouse.post.created.v1',
        attempts: [],
      },
    ],
  };
  const triggers = [
    {
      name: 'counts',
      namespace: 'dormouse',
      broker: 'default',
      filters: [{ exact: { type: 'a' } }],
      subscriber: 'http://counts.dormouse.svc.cluster.local/events',
      types: ['a'],
    },
  ];
  const server = createServer(async (request, response) => {
    const json = (value: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (request.method === 'POST') {
      const { 'content-type': type, authorization } = request.headers;
      taken.push({ type, authorization, body: await text(request) });
      if (request.url?.endsWith('/empty'))
        return void json({ title: 'Bad Request', status: 400, detail: 'subject is empty' }, 400);
      return void response.writeHead(request.url?.endsWith('/refusing') ? 400 : 202).end('the event has no source');
    }
    if (request.url === '/api/events/e1') return void json(event);
    if (request.url === '/api/triggers') return void json(triggers);
    if (request.url === '/api/addresses')
      return void json({ ingress: '', brokers: [`${url()}/dormouse/default`], kubernetes: '' });
    if (request.url !== '/api/stream') return void json({ detail: 'no event of that id is kept' }, 404);
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .write('retry: 1000\n\nevent: services\ndata: []\n\n');
    streams.add(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = () => `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return { server, url: url(), taken, streams };
}

let folder: string;
let api: OperatorApi;
let shown: Awaited<ReturnType<typeof consoleServer>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-cli-'));
  initKeys(join(folder, 'secrets/auth-keys'));
  api = await operatorApi([]);
  shown = await consoleServer();
});
afterAll(async () => {
  await api.close();
  await close(shown.server);
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  api.missing = [];
  for (const each of api.triggers) Object.assign(each, { missing: 0, redelivered: 0 });
  api.deadLetters = [
    deadLetter(3),
    deadLetter(2, { status: null, cause: 'no answer\u001b[2J within 30 s', trigger: null }),
    deadLetter(1, { state: 'redriven', redrives: 2 }),
  ];
  api.asked.length = 0;
  api.failure = undefined;
  shown.taken.length = 0;
});
const close = (server: Server) => {
  server.closeAllConnections();
  return new Promise((done) => server.close(done));
};

interface Ended {
  code: number | null;
  out: string;
  err: string;
}
const portOf = (url: string) => new URL(url).port;

function begin(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const places = { PORT: portOf(api.url), CONSOLE_PORT: portOf(shown.url), DORMOUSE_HOME: folder };
  return spawn(process.execPath, [join(import.meta.dirname, '../dormouse.mjs'), 'events', ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...places, ...env },
  });
}

async function ended(child: ChildProcess): Promise<Ended> {
  const code = new Promise<number | null>((done) => child.once('close', done));
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { code: await code, out, err };
}

/** Runs the program as npm does. */
function events(
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  const child = begin(args, env);
  child.stdin!.end(input);
  return ended(child);
}
const sent = () => api.asked.filter(({ what }) => what.startsWith('POST')).map(({ body }) => body);

describe('dormouse events', () => {
  test.each([
    [[], ['tial'], 'there is no command "tial"; did you mean "tail"?'],
    [['dead-letters'], ['x'], 'unexpected argument "x"'],
    [['dead-letters'], ['--data', '1'], 'there is no option --data'],
    [['dead-letters'], ['--state', 'shut'], '--state shut: must be one of open, redriven, dismissed, all'],
    [['dead-letters'], ['--from', 'noon'], '--from noon: not a time'],
    [['dead-letters'], ['--limit', '0'], '--limit 0: must be a whole number from 1'],
    [['dead-letters'], ['--url', 'ftp://x'], '--url ftp://x: not an http address'],
    [['dead-letter'], [], 'NUMBER is missing'],
    [['dead-letter'], ['x'], 'x: not the number of a dead letter'],
    [['redrive'], [], 'which dead letters?'],
    [['redrive'], ['1', '--all'], 'exclude each other'],
    [['redrive'], ['--all'], 'Nobody can be asked here: add --yes'],
    [['replay'], ['--trigger', 'counts'], '--from is missing'],
    [['follow'], ['somewhere'], 'must be redrives/ID or replays/ID'],
    [['send'], ['x'], 'SUBJECT is missing'],
    [['send'], ['dev.example.x', 's', '--data', '{'], '--data: not JSON'],
    [['send'], ['dev.example.x', 's', '--data', '@gone.json'], '--data @gone.json: no such file'],
    [['explain'], [], 'which event, or which trigger?'],
    [[], ['--url', 'x'], 'there is no command "--url"'],
  ])('rejects %j %j in one line, with exit code 2', async (command, args, words) => {
    const { code, out, err } = await events([...command, ...args]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^[^\n]+\n$/);
    expect(err).toContain(words);
    expect(err.startsWith(`${['dormouse', 'events', ...command].join(' ')}: `)).toBe(true);
  });

  test.each([
    [['dead-letter', '99'], 'There is none'],
    [['replay', '--trigger', 'nobody', '--from', '1h'], 'trigger is not there'],
    [['explain', '--trigger', 'none'], 'there is no trigger none; there are counts'],
    [['explain', 'none'], 'no event of that id is kept'],
  ])('says in one line why %j failed, with exit code 1', async (args, words) => {
    const { code, out, err } = await events(args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^dormouse events \S+: [^\n]+\n$/);
    expect(err).toContain(words);
  });

  test('says what is missing where no platform runs', async () => {
    const { port } = new URL(api.url);
    expect(await events(['dead-letters', '--url', 'http://127.0.0.1:1'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('is the platform running?'),
    });
    const elsewhere = await events(['dead-letters'], { env: { DORMOUSE_HOME: join(folder, 'nowhere'), PORT: port } });
    expect(elsewhere).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^dormouse events dead-letters: no token: there are no signing keys in [^\n]+\n$/),
    });
    api.failure = { status: 403, body: '{}' };
    expect((await events(['dead-letters', '--token', 'T'])).err).toContain('the role operator or admin is needed');
  });
});

describe('dead-letters', () => {
  test('lists those that are open as a table, without what a terminal would obey, and without colours in a pipe', async () => {
    const { code, out } = await events(['dead-letters']);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^NUMBER {2}FAILED +TYPE +SUBJECT +TRIGGER +STATE +CAUSE$/),
      expect.stringMatching(
        /^3 {7}2026-01-31 \S+ {2}dev\.example\.wanted\.v1 {2}thing\/3 {2}stranger-wanted {2}open {3}HTTP 400: the data is not wanted$/,
      ),
      expect.stringMatching(/^2 .* – {16}open {3}no answer�\[2J within 30 s$/),
      '',
    ]);
    expect(api.asked[0]?.authorization).toMatch(/^Bearer ey/);
  });

  test('asks for what the options say, and gives JSON to programs', async () => {
    const { out } = await events([
      'dead-letters',
      '--json',
      '--state',
      'all',
      '--type',
      'dev.example.wanted.v1',
      '--from',
      '2026-01-31T00:00:00Z',
    ]);
    expect(api.asked.map(({ what }) => what)).toEqual([
      'GET /api/journal/dead-letters?state=all&type=dev.example.wanted.v1&from=2026-01-31T00%3A00%3A00.000Z&limit=50',
    ]);
    expect(JSON.parse(out)).toMatchObject([{ number: 3 }, { number: 2 }, { number: 1, state: 'redriven' }]);
  });

  test('follows the list to its end, or as far as was asked', async () => {
    api.deadLetters = Array.from({ length: 130 }, (_, index) => deadLetter(130 - index));
    const numbers = async (limit: string) =>
      (JSON.parse((await events(['dead-letters', '--json', '--limit', limit])).out) as unknown[]).length;
    expect(await numbers('120')).toBe(120);
    expect(await numbers('1000')).toBe(130);
    expect((await events(['dead-letters', '--limit', '5'])).out).toContain('the newest 5; --limit shows more');
  });

  test('shows one with all that is known of it', async () => {
    const { out } = await events(['dead-letter', '3']);
    for (const line of [
      'cause     HTTP 400: the data is not wanted',
      'trigger   stranger-wanted',
      '    "detail": "<script>alert(1)</script>"',
      '    "n": 3',
      '  user-agent  broker',
    ])
      expect(out).toContain(line);
    expect(JSON.parse((await events(['dead-letter', '3', '--json'])).out)).toEqual(api.deadLetters[0]);
  });
});

describe('redrive', () => {
  test('sends those named, without asking, and shows how it goes', async () => {
    const { code, out, err } = await events(['redrive', '3', '2']);
    expect(sent()).toEqual([{ numbers: [3, 2], dry_run: true }, { numbers: [3, 2] }]);
    expect({ code, out }).toEqual({ code: 0, out: '2 of 2 dead letters sent\n' });
    expect(err).toContain('redrive 2/2');
  });

  test('of all, or of what fits, wants a yes', async () => {
    expect((await events(['redrive', '--all', '--yes'])).out).toBe('2 of 2 dead letters sent\n');
    await events(['redrive', '--trigger', 'stranger-wanted', '-y']);
    await events(['redrive', '--trace', 'a'.repeat(32), '-y']);
    expect(sent()).toEqual([
      { all: true, dry_run: true },
      { all: true },
      { filter: { trigger: 'stranger-wanted' }, dry_run: true },
      { filter: { trigger: 'stranger-wanted' } },
      { filter: { trace: 'a'.repeat(32) }, dry_run: true },
      { filter: { trace: 'a'.repeat(32) } },
    ]);
  });

  test('counts only, when that is wanted, and sends nothing where nothing is open', async () => {
    expect((await events(['redrive', '--all', '--dry-run'])).out).toBe('dry run: 2 of 2 dead letters would be sent\n');
    expect((await events(['redrive', '1'])).out).toBe('no dead letter is open there\n');
    expect(sent().filter((body) => !(body as { dry_run?: boolean }).dry_run)).toEqual([]);
  });

  test('gives the job to programs, and nothing else', async () => {
    const { out, err } = await events(['redrive', '3', '--json']);
    expect(JSON.parse(out)).toMatchObject({ kind: 'redrive', state: 'done', total: 1, done: 1 });
    expect(err).toBe('');
  });

  test('says how to go on after Ctrl-C', async () => {
    api.endless = true;
    const child = begin(['redrive', '3', '2']);
    while (!api.asked.some(({ what }) => what.startsWith('GET /api/journal/redrives/')))
      await new Promise((done) => setTimeout(done, 20));
    child.kill('SIGINT');
    const { code, err } = await ended(child);
    api.endless = false;
    expect(code).toBe(1);
    const [, place] =
      /^dormouse events redrive: (redrives\/\S+) continues in the platform: "dormouse events follow \1" shows its progress, /m.exec(
        err,
      ) ?? [];
    expect((await events(['follow', place!])).out).toBe('2 of 2 dead letters sent\n');
    expect((await events(['cancel', place!])).out).toMatch(/^cancelled: /);
  });
});

describe('dismiss', () => {
  const dismissals = () => api.asked.filter(({ what }) => what.endsWith('/dismissal')).map(({ body }) => body);

  test('puts those named away, with the reason', async () => {
    const { code, out } = await events(['dismiss', '3', '2', '--reason', 'sent by hand']);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'dismissed 3: dev.example.wanted.v1 of thing/3\ndismissed 2: dev.example.wanted.v1 of thing/2\n',
    });
    expect(dismissals()).toEqual([{ reason: 'sent by hand' }, { reason: 'sent by hand' }]);
    const shown = (await events(['dead-letter', '3'])).out;
    expect(shown).toMatch(/^dismissed +2026-02-01 \S+ by olga$/m);
    expect(shown).toMatch(/^because +sent by hand$/m);
  });

  test('says which cannot be', async () => {
    const { code, err } = await events(['dismiss', '1', '--reason', 'x']);
    expect([code, err]).toEqual([1, expect.stringContaining('It is redriven already')]);
  });

  test.each([[['3']], [['--reason', 'x']]])('%j lacks something', async (args) => {
    expect((await events(['dismiss', ...args])).code).toBe(2);
    expect(dismissals()).toEqual([]);
  });
});

describe('reconcile', () => {
  test('goes on while there is more, and says for each Trigger what is missing, or why it is not compared', async () => {
    api.missing.push(missingEvent(1), missingEvent(2));
    const { code, out } = await events(['reconcile']);
    expect(code).toBe(0);
    expect(out).toMatch(/^counts +0 \D*2\b/m);
    expect(out).toMatch(/^pages +not reconciled .*its consumer keeps no inbox$/m);
    expect(out).toMatch(/^10 events compared, 2 sent, nothing is missing$/m);
  });

  test('sends nothing in a dry run, and ends with 1 when something is missing', async () => {
    api.missing.push(missingEvent(1));
    const { code, out } = await events(['reconcile', '--dry-run']);
    expect([code, out]).toEqual([1, expect.stringContaining('5 events compared, nothing sent, 1 missing')]);
    const shown = JSON.parse((await events(['reconcile', '--dry-run', '--json'])).out);
    expect(shown).toMatchObject({ dry_run: true, triggers: [{ trigger: 'counts', missing: 1 }, { trigger: 'pages' }] });
  });
});

describe('replay', () => {
  test('takes --yes, as a redrive does', async () => {
    const { code } = await events(['replay', '--trigger', 'counts', '--from', '2026-01-31T00:00:00Z', '--yes']);
    expect(code).toBe(0);
  });

  test('counts, then sends, a range to one trigger', async () => {
    const range = ['--trigger', 'counts', '--from', '2026-01-31T00:00:00Z', '--to', '2026-01-31T12:00:00Z'];
    expect((await events(['replay', ...range, '--dry-run'])).out).toBe(
      'dry run: 3 of 5 events would be sent, 2 not for the trigger\n',
    );
    expect((await events(['replay', ...range])).out).toBe('3 of 5 events sent, 2 not for the trigger\n');
    const body = { trigger: 'counts', from: '2026-01-31T00:00:00.000Z', to: '2026-01-31T12:00:00.000Z' };
    expect(sent()).toEqual([
      { ...body, dry_run: true },
      { ...body, dry_run: false },
    ]);
  });
});

describe('tail', () => {
  test('shows events as they come, of the types wanted, until Ctrl-C', async () => {
    const child = begin(['tail', '--type', 'dev.dormouse.*']);
    const result = ended(child);
    while (shown.streams.size === 0) await new Promise((done) => setTimeout(done, 20));
    const event = {
      id: 'e1',
      type: 'dev.dormouse.post.created.v1',
      source: '/posts',
      subject: 'post/1',
      time: '2026-01-31T10:00:00Z',
      trace_id: null,
    };
    const stream = [...shown.streams][0]!;
    const tell = (value: object) => stream.write(`event: event\ndata: ${JSON.stringify(value)}\n\n`);
    tell({ ...event, triggers: [{ name: 'counts', outcome: 'retrying', attempts: 2 }] });
    tell({ ...event, type: 'dev.example.other', triggers: [] });
    tell({ ...event, triggers: [] });
    let out = '';
    child.stdout!.on('data', (part) => {
      out += String(part);
    });
    while (out.split('\n').length < 3) await new Promise((done) => setTimeout(done, 20));
    child.kill('SIGINT');
    expect((await result).code).toBe(0);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(
        /^2026-01-31 \S+ {2}dev\.dormouse\.post\.created\.v1 {2}post\/1 {2}counts retrying ×2 {2}e1$/,
      ),
      expect.stringMatching(/no trigger {2}e1$/),
      '',
    ]);
  });
});

describe('send', () => {
  test('makes an event of the catalogue whole, and gives it to the Broker', async () => {
    const { code, out } = await events([
      'send',
      'dev.dormouse.journal.batch.due.v1',
      'job/1',
      '--data',
      '{"job":"1","step":0}',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(shown.taken[0]!.body)).toEqual(JSON.parse(out));
    expect(JSON.parse(out)).toMatchObject({
      specversion: '1.0',
      source: '/journal',
      subject: 'job/1',
      partitionkey: 'job/1',
      data: { job: '1', step: 0 },
    });
    expect(shown.taken[0]!.type).toBe('application/cloudevents+json');
  });

  test('signs an event of the catalogue with its producer’s keys, where it has them', async () => {
    const type = 'dev.dormouse.journal.batch.due.v1';
    const sendOne = (...more: string[]) => events(['send', type, 'job/1', '--data', '{"job":"1","step":0}', ...more]);
    expect((await sendOne()).out).toMatch(/^sent \S+ without a signature: no keys of \/journal/);
    expect(JSON.parse(shown.taken.at(-1)!.body)).not.toHaveProperty('dssematerial');
    const keys = newKeySet('/journal', 0);
    writeSecret(join(folder, 'secrets/journal-event-signing'), 'EVENT_SIGNING_KEYS', JSON.stringify(keys));
    expect((await sendOne()).out).toMatch(/^sent \S+;/);
    const { dssematerial, ...event } = JSON.parse(shown.taken.at(-1)!.body);
    const verifier = eventVerifier(JSON.stringify(publishedKeys([keys])));
    const verdict = verifier.verify({ ...event, data: JSON.stringify(event.data) }, { dssematerial });
    expect(verdict).toMatchObject({ source: '/journal' });
    const { code, err } = await sendOne('--signing-keys', join(folder, 'gone'));
    expect([code, err]).toEqual([2, expect.stringContaining('gone: no such file')]);
  });

  test('shows the Broker of this machine the secret of the folder of data, where there is one', async () => {
    const secret = accessToken(folder);
    await events(['send', 'dev.example.x', 's']);
    expect(shown.taken.at(-1)!.authorization).toBe(`Bearer ${secret}`);
    rmSync(join(folder, 'access-token'));
    await events(['send', 'dev.example.x', 's']);
    expect(shown.taken.at(-1)!.authorization).toBeUndefined();
  });

  test('refuses data that the catalogue does not allow', async () => {
    const { code, err } = await events([
      'send',
      'dev.dormouse.journal.batch.due.v1',
      'job/1',
      '--data',
      '{"job":"1","step":-1}',
    ]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^dormouse events send: the data does not fit the schema of dev\.dormouse\.journal\.batch\.due\.v1: step: [^\n]+\n$/,
    );
    expect(shown.taken).toEqual([]);
  });

  test('takes data from a file and from standard input, or none, for any other type', async () => {
    writeFileSync(join(folder, 'data.json'), '{"from":"file"}');
    await events([
      'send',
      'dev.example.x',
      'thing/1',
      '--data',
      `@${join(folder, 'data.json')}`,
      '--id',
      'mine',
      '--source',
      '/me',
    ]);
    await events(['send', 'dev.example.x', 'thing/1', '--data', '-'], { input: '{"from":"pipe"}' });
    const last = await events(['send', 'dev.example.x', 'thing/1']);
    expect(shown.taken.map(({ body }) => JSON.parse(body))).toEqual([
      {
        specversion: '1.0',
        id: 'mine',
        type: 'dev.example.x',
        source: '/me',
        subject: 'thing/1',
        time: expect.any(String),
        datacontenttype: 'application/json',
        data: { from: 'file' },
      },
      expect.objectContaining({ source: '/operator', data: { from: 'pipe' } }),
      expect.not.objectContaining({ data: expect.anything() }),
    ]);
    expect(last.out).toMatch(
      /^sent ([0-9a-f-]{36}); "dormouse events explain \1" shows what each trigger did with it\n$/,
    );
  });

  test('sends to a Broker that is named, of which no console knows', async () => {
    const { out } = await events(['send', 'dev.example.x', 's', '--id', 'mine', '--broker', `${shown.url}/elsewhere`]);
    expect(out).toBe('sent mine\n');
  });

  test('says what a Broker refuses', async () => {
    const { code, err } = await events(['send', 'dev.example.x', 's', '--broker', `${shown.url}/refusing`]);
    expect({ code, err }).toEqual({
      code: 1,
      err: 'dormouse events send: the Broker rejected it: HTTP 400 the event has no source\n',
    });
    const problem = await events(['send', 'dev.example.x', '', '--broker', `${shown.url}/empty`]);
    expect(problem.err).toBe('dormouse events send: the Broker rejected it: HTTP 400: subject is empty\n');
  });
});

describe('explain', () => {
  test('tells each trigger’s verdict on an event, the clause that decided, and the attempts', async () => {
    const { out } = await events(['explain', 'e1']);
    expect(out).toContain('counts  wants it: retrying\n  exact type = dev.dormouse.post.created.v1\n  ATTEMPT');
    expect(out).toMatch(/2026-01-31 \S+ {2}subscriber +503 +12 ms +2026-01-31 \S+ {2}HTTP 503/);
    expect(out).toMatch(/2026-01-31 \S+ {2}dead-letter sink {2}202 +3 ms/);
    expect(out).toContain(
      'other  does not want it\n  exact type = dev.example.other: the event has dev.dormouse.post.created.v1',
    );
    expect(JSON.parse((await events(['explain', 'e1', '--trigger', 'other', '--json'])).out)).toMatchObject([
      { trigger: 'other', matches: false },
    ]);
  });

  test('tells which types of the catalogue a trigger can get', async () => {
    const { out } = await events(['explain', '--trigger', 'counts']);
    expect(out).toMatch(/trigger {5}dormouse\/counts\n[\s\S]*event types of the catalogue that it can get\n {2}a\n$/);
  });
});
