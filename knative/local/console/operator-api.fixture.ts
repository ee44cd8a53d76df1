import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { DeadLetterDetail, Job, MissingEvent, ReconciledTrigger } from './operator-api.ts';

/** A server that speaks the operators' API from memory; a job is done when it was asked for twice. */
export interface OperatorApi {
  url: string;
  deadLetters: DeadLetterDetail[];
  triggers: ReconciledTrigger[];
  missing: MissingEvent[];
  /** What was asked, `METHOD /path?query`, with the body and the token. */
  asked: { what: string; body: unknown; authorization: string | undefined }[];
  /** Answers everything with this instead. */
  failure: { status: number; body: string } | undefined;
  /** Jobs do not come to an end. */
  endless: boolean;
  close(): Promise<void>;
}

/** A dead letter in the API's form. */
export const deadLetter = (number: number, changes: Partial<DeadLetterDetail> = {}): DeadLetterDetail => ({
  number,
  event: {
    id: `event-${number}`,
    type: 'dev.example.wanted.v1',
    source: '/tests',
    subject: `thing/${number}`,
    time: '2026-01-31T09:00:00.000Z',
  },
  trigger: 'stranger-wanted',
  destination: 'http://stranger.dormouse.svc.cluster.local/events',
  status: 400,
  cause: 'HTTP 400: the data is not wanted',
  failed_at: '2026-01-31T10:00:00.000Z',
  trace_id: 'a'.repeat(32),
  state: 'open',
  redrives: 0,
  attributes: { specversion: '1.0', id: `event-${number}`, type: 'dev.example.wanted.v1', source: '/tests' },
  headers: { 'user-agent': 'broker' },
  data: { n: number },
  body: '{"detail":"<script>alert(1)</script>"}',
  attempts: [],
  dismissal: null,
  ...changes,
});

export async function operatorApi(deadLetters: DeadLetterDetail[]): Promise<OperatorApi> {
  const jobs = new Map<string, Job>();
  const api: Omit<OperatorApi, 'url' | 'close'> = {
    deadLetters,
    triggers: [
      reconciledTrigger('counts'),
      reconciledTrigger('pages', { reconciled: false, reason: 'its consumer keeps no inbox' }),
    ],
    missing: [],
    asked: [],
    failure: undefined,
    endless: false,
  };
  const route = (
    method: string,
    { pathname, searchParams }: URL,
    body: Record<string, unknown>,
  ): { status: number; body?: unknown; next?: string } => {
    const [, , , kind = '', id = ''] = pathname.split('/');
    if (kind === 'dead-letters' && pathname.endsWith('/dismissal'))
      return dismiss(
        api.deadLetters.find(({ number }) => number === Number(id)),
        String(body.reason),
      );
    if (kind === 'dead-letters' && id) return one(api.deadLetters.find(({ number }) => number === Number(id)));
    if (kind === 'dead-letters')
      return page(wanted(api.deadLetters, searchParams.get('state') ?? 'open', searchParams), searchParams);
    if (kind === 'reconciliation') return { status: 200, body: api.triggers };
    if (kind === 'missing') return { status: 200, body: api.missing };
    if (kind === 'reconciliations') return { status: 200, body: reconcile(api, body.dry_run === true) };
    if (kind === 'events') return { status: 200, body: [] };
    if (method === 'POST') return begin(kind === 'redrives' ? 'redrive' : 'replay', body, api.deadLetters, jobs);
    const job = jobs.get(id);
    if (job && method === 'DELETE') {
      job.state = 'cancelled';
      return { status: 204 };
    }
    if (job?.state === 'running' && !api.endless) advance(job);
    return one(job);
  };
  const server = createServer(async (request: IncomingMessage, response) => {
    const sent = await text(request);
    const body = sent === '' ? {} : JSON.parse(sent);
    api.asked.push({
      what: `${request.method} ${request.url}`,
      body: sent === '' ? undefined : body,
      authorization: request.headers.authorization,
    });
    if (api.failure)
      return void response
        .writeHead(api.failure.status, { 'content-type': 'application/problem+json' })
        .end(api.failure.body);
    const made = route(request.method ?? '', new URL(request.url ?? '', 'http://api'), body);
    if (made.next) response.setHeader('link', `<${made.next}>; rel="next"`);
    response
      .writeHead(made.status, { 'content-type': 'application/json' })
      .end(made.body === undefined ? '' : JSON.stringify(made.body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(api, {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}

/** Takes one missing event for sent, unless it is a dry run. */
function reconcile(api: Pick<OperatorApi, 'triggers' | 'missing'>, dryRun: boolean) {
  const sent = dryRun ? undefined : api.missing.shift();
  for (const each of api.triggers) {
    each.missing = api.missing.filter(({ trigger }) => trigger === each.trigger).length;
    if (sent?.trigger === each.trigger) each.redelivered++;
  }
  const done = { judged: 5, found: 0, redelivered: sent ? 1 : 0, dead_lettered: 0 };
  return { dry_run: dryRun, ...done, more: sent !== undefined && api.missing.length > 0, triggers: api.triggers };
}

/** A Trigger whose consumer has everything. */
export const reconciledTrigger = (trigger: string, changes: Partial<ReconciledTrigger> = {}): ReconciledTrigger => ({
  trigger,
  consumer: `http://${trigger}.dormouse.svc.cluster.local/events`,
  reconciled: true,
  reason: null,
  judged: 12,
  missing: 0,
  missing_since: null,
  redelivered: 0,
  too_old: 0,
  ...changes,
});

/** An event that the consumer of the Trigger counts has not got. */
export const missingEvent = (position: number, changes: Partial<MissingEvent> = {}): MissingEvent => ({
  trigger: 'counts',
  position,
  id: `event-${position}`,
  type: 'dev.example.wanted.v1',
  source: '/tests',
  subject: `thing/${position}`,
  time: '2026-01-31T09:00:00.000Z',
  since: '2026-01-31T10:00:00.000Z',
  attempts: 2,
  next_at: '2026-01-31T10:05:00.000Z',
  error: 'answered 503: <b>not now</b>',
  ...changes,
});

const one = (found: object | undefined) =>
  found ? { status: 200, body: found } : { status: 404, body: { title: 'Not found', detail: 'There is none.' } };

function dismiss(deadLetter: DeadLetterDetail | undefined, reason: string) {
  if (deadLetter?.state === 'redriven')
    return { status: 409, body: { title: 'Conflict', detail: 'It is redriven already.' } };
  if (deadLetter)
    Object.assign(deadLetter, {
      state: 'dismissed',
      dismissal: { at: '2026-02-01T10:00:00.000Z', by: 'olga', reason },
    });
  return one(deadLetter);
}

const wanted = (deadLetters: readonly DeadLetterDetail[], state: string, query: URLSearchParams) =>
  deadLetters.filter(
    ({ event, trigger, state: is }) =>
      (state === 'all' || is === state) &&
      (query.get('trigger') ?? trigger) === trigger &&
      (query.get('type') ?? event.type) === event.type,
  );

function page(deadLetters: DeadLetterDetail[], query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? 20);
  const from = Number(query.get('after') ?? 0);
  const more = deadLetters.length > from + limit;
  return {
    status: 200,
    body: deadLetters.slice(from, from + limit),
    ...(more && { next: `/x?limit=${limit}&after=${from + limit}` }),
  };
}

function begin(
  kind: Job['kind'],
  body: Record<string, unknown>,
  deadLetters: readonly DeadLetterDetail[],
  jobs: Map<string, Job>,
) {
  const filter = new URLSearchParams((body.filter ?? {}) as Record<string, string>);
  const chosen = deadLetters.filter(({ number }) => !body.numbers || (body.numbers as number[]).includes(number));
  if (body.trigger === 'nobody')
    return { status: 422, body: { title: 'Invalid', errors: [{ field: 'trigger', message: 'is not there' }] } };
  const total = kind === 'replay' ? 5 : wanted(chosen, 'open', filter).length;
  const job: Job = {
    id: `${kind}-${jobs.size + 1}`,
    kind,
    state: body.dry_run ? 'done' : 'running',
    total,
    done: body.dry_run ? (kind === 'replay' ? 3 : total) : 0,
    failed: 0,
    unmatched: 0,
    error: null,
    dry_run: body.dry_run === true,
    created_at: '2026-01-31T11:00:00.000Z',
    finished_at: body.dry_run ? '2026-01-31T11:00:01.000Z' : null,
    ...(kind === 'replay' && {
      trigger: String(body.trigger),
      from: String(body.from),
      to: String(body.to),
      seen: body.dry_run ? 5 : 0,
      unmatched: body.dry_run ? 2 : 0,
    }),
  };
  jobs.set(String(job.id), job);
  return { status: 201, body: job };
}

function advance(job: Job): void {
  const over = job.done > 0 || job.total < 2;
  const sent = job.kind === 'replay' ? 3 : job.total;
  job.done = over ? sent : 1;
  if (job.kind === 'replay') [job.seen, job.unmatched] = over ? [5, 2] : [1, 0];
  if (!over) return;
  job.state = 'done';
  job.finished_at = '2026-01-31T11:00:02.000Z';
}
