import { batchDue } from '@dormouse/events/journal';
import { cameFromOutside } from '@dormouse/runtime/address';
import { check, type Env, id, json, newApp } from '@dormouse/runtime/app';
import { authenticate, required, type Tokens } from '@dormouse/runtime/auth';
import { fail, failField } from '@dormouse/runtime/errors';
import { inGroups, togetherElseAlone } from '@dormouse/runtime/in-groups';
import { decodeCursor } from '@dormouse/runtime/keyset';
import { type Limiter, limit } from '@dormouse/runtime/limiter';
import { measure } from '@dormouse/runtime/measure';
import { on, receive } from '@dormouse/runtime/receive';
import { metrics } from '@dormouse/signals/metrics';
import type { Context, MiddlewareHandler } from 'hono';
import { type Delivered, headersOf, maxEventBytes, readAny } from './any-event.ts';
import { api } from './api.ts';
import { type FailedDelivery, parseDeadLetter } from './dead-letter.ts';
import { archivedQuestion } from './fields.ts';
import type { Items } from './items.ts';
import type { Job, Jobs } from './jobs.ts';
import { justNowMs, type Trigger, type Triggers } from './kubernetes.ts';
import type { Reconciled } from './reconcile.ts';
import type { Reconciliation } from './reconciliation.ts';
import type { Retention } from './retention.ts';
import type { Journal, Page } from './store.ts';
import { triggerOf } from './trigger-of.ts';
import {
  deadLetterView,
  eventView,
  fullDeadLetterView,
  fullEventView,
  jobPath,
  missingView,
  nextLink,
  reconciliationView,
  redriveView,
  replayView,
  shareView,
} from './views.ts';

export interface Dependencies {
  journal: Journal;
  jobs: Jobs;
  items: Items;
  triggers: Triggers;
  /** Works off a batch of a job. */
  work: (job: string, step: number) => Promise<void>;
  /** Compares the archive with the inboxes, and sends what is missing unless it is a dry run. */
  reconcile: (dryRun?: boolean) => Promise<Reconciled>;
  reconciliation: Pick<Reconciliation, 'shares' | 'list'>;
  retention: Retention;
  tokens: Tokens;
  limiter: Limiter;
  /** The name of this Service: nothing is replayed to it. */
  service: string;
}

/** Of what is archived by one statement. */
const bytesOf = (events: readonly Delivered[]): number =>
  events.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);

const jobsPerMinute = 60;
const listedItems = 100;

export function createApp(dependencies: Dependencies) {
  const { journal, jobs, items, triggers, work, retention, tokens, limiter, service } = dependencies;
  const { reconcile, reconciliation } = dependencies;
  const internalOnly: MiddlewareHandler<Env> = (c, next) =>
    cameFromOutside(c) ? fail('not_found', 'There is nothing at this address.') : next();
  const limited = limit(limiter, { key: (c) => `jobs:${required(c).id}`, limit: jobsPerMinute, windowMs: 60_000 });
  /** Nothing may keep a dead letter from being kept: its trigger is looked for again when it is redriven. */
  const whose = async ({ destination, event }: FailedDelivery) => {
    // It would be a guess, and a wrong one for a Trigger that was just deleted: only a redrive decides, by what the archive has.
    if (destination === '') return undefined;
    const among = async (known: Promise<readonly Trigger[]>) => triggerOf(destination, event.attributes, await known);
    return among(triggers.list())
      .then((name) => name ?? among(triggers.list(justNowMs)))
      .catch(() => undefined);
  };
  const respondWithJob = async (c: Context, kind: Job['kind'], jobId: string, status: 200 | 201) => {
    const job = await found(jobs, kind, jobId);
    const view = kind === 'redrive' ? redriveView(job, await items.list(jobId, listedItems)) : replayView(job);
    return c.json(view, status, status === 201 ? { location: jobPath(job) } : {});
  };
  const cancel = (kind: Job['kind']) => async (c: Context) => {
    const known = await jobs.cancel(kind, jobIdOf(c));
    return known ? c.body(null, 204) : noJob();
  };

  const archive = inGroups<Delivered[]>(
    (group) => togetherElseAlone(group, (several) => journal.archive(several.flat())),
    { size: bytesOf, mostSize: maxEventBytes },
  );

  return newApp()
    .post('/events', internalOnly, async (c) => {
      const events = await readAny(c);
      await archive(events);
      retention(events.length);
      return c.body(null, 204);
    })
    .post('/dead-letters', internalOnly, async (c) => {
      const headers = loggable(headersOf(c));
      for (const { traceId, traceparent, signedBy, ...event } of await readAny(c)) {
        const failure = parseDeadLetter(event);
        const trigger = await whose(failure);
        const kept = await journal.storeDeadLetter({ failure, trigger, headers, traceId, traceparent, signedBy });
        const { type = '' } = failure.event.attributes;
        if (kept)
          measure(metrics.deadLetters, 1, { 'dormouse.trigger': trigger ?? '', 'messaging.destination.name': type });
      }
      return c.body(null, 204);
    })
    .post('/events/archived', internalOnly, json(archivedQuestion), async (c) =>
      c.json({ archived: await journal.archived(c.req.valid('json').events) }),
    )
    .post('/batches', receive({ handlers: [on(batchDue, ({ data }) => work(data.job, data.step))] }))
    .post('/batches/reconciliation', internalOnly, async (c) => c.json({ more: (await reconcile()).more }))
    .use('/api/journal/*', authenticate(tokens), operator)
    .get(api.events.path, async (c) => {
      const query = check(api.events.query, queryOf(c));
      const rows = await journal.events(query, pageOf(query));
      return list(c, query.limit, rows, ({ position }) => position, eventView);
    })
    .get(api.event.path, async (c) => {
      const event = await journal.event(id(c.req.param('position')));
      return event ? c.json(fullEventView(event)) : fail('not_found', 'There is no such event.');
    })
    .get(api.deadLetters.path, async (c) => {
      const { state, ...query } = check(api.deadLetters.query, queryOf(c));
      const rows = await journal.deadLetters({ ...query, state: state === 'all' ? undefined : state }, pageOf(query));
      return list(c, query.limit, rows, ({ number }) => number, deadLetterView);
    })
    .get(api.deadLetter.path, async (c) => {
      const stored = await journal.deadLetter(id(c.req.param('number')));
      return stored ? c.json(fullDeadLetterView(stored)) : fail('not_found', 'There is no such dead letter.');
    })
    .post(api.dismiss.path, json(api.dismiss.body), async (c) => {
      const number = id(c.req.param('number'));
      const dismissed = await journal.dismiss(number, required(c).name, c.req.valid('json').reason);
      const stored = await journal.deadLetter(number);
      if (!stored) return fail('not_found', 'There is no such dead letter.');
      return dismissed ? c.json(fullDeadLetterView(stored)) : fail('conflict', `It is ${stored.state} already.`);
    })
    .post(api.redrive.path, limited, json(api.redrive.body), async (c) => {
      const { numbers, filter, dry_run: dryRun } = c.req.valid('json');
      const job = await jobs.redrive(numbers ? { numbers } : { filter: filter ?? {} }, dryRun, required(c).name);
      return respondWithJob(c, 'redrive', job.id, 201);
    })
    .get(api.getRedrive.path, (c) => respondWithJob(c, 'redrive', jobIdOf(c), 200))
    .delete(api.cancelRedrive.path, cancel('redrive'))
    .post(api.replay.path, limited, json(api.replay.body), async (c) => {
      const { dry_run: dryRun, ...range } = c.req.valid('json');
      await demandTrigger(triggers, range.trigger, service);
      const job = await jobs.replay(range, dryRun, required(c).name);
      return respondWithJob(c, 'replay', job.id, 201);
    })
    .get(api.getReplay.path, (c) => respondWithJob(c, 'replay', jobIdOf(c), 200))
    .delete(api.cancelReplay.path, cancel('replay'))
    .get(api.reconciled.path, async (c) => c.json((await reconciliation.shares()).map(shareView)))
    .get(api.missing.path, async (c) => {
      const { trigger, limit } = check(api.missing.query, queryOf(c));
      return c.json((await reconciliation.list(trigger, limit)).map(missingView));
    })
    .post(api.reconcile.path, limited, json(api.reconcile.body), async (c) => {
      const { dry_run: dryRun } = c.req.valid('json');
      const done = await reconcile(dryRun);
      if (done.busy) fail('conflict', 'It is being done at this moment.', { headers: { 'retry-after': '5' } });
      return c.json(reconciliationView(done, dryRun, await reconciliation.shares()));
    });
}

const operator: MiddlewareHandler<Env> = (c, next) => {
  const { role } = required(c);
  return role === 'operator' || role === 'admin' ? next() : fail('forbidden', 'Only operators see and move events.');
};

const queryOf = (c: Context): Record<string, string> => Object.fromEntries(new URL(c.req.url).searchParams);

/** One more than asked for, to know whether there is more. */
const pageOf = ({ limit, after }: { limit: number; after?: string | undefined }): Page => ({
  limit: limit + 1,
  after: after === undefined ? undefined : decodeCursor(after, ['number'])[0],
});

function list<T>(c: Context, limit: number, rows: readonly T[], keyOf: (row: T) => number, view: (row: T) => object) {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? keyOf(shown.at(-1) as T) : undefined;
  return c.json(shown.map(view), 200, { 'cache-control': 'private, no-cache', ...nextLink(c.req.url, last) });
}

const jobIdOf = (c: Context): string => {
  const jobId = c.req.param('id') ?? '';
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(jobId) ? jobId : noJob();
};

async function found(jobs: Jobs, kind: Job['kind'], jobId: string) {
  const job = await jobs.find(jobId);
  return job?.kind === kind ? job : noJob();
}

function noJob(): never {
  return fail('not_found', 'There is no such job.');
}

/** 422 for a trigger that is not there, and for the journal's own: what it archived is not archived again. */
async function demandTrigger(triggers: Triggers, name: string, service: string): Promise<void> {
  const trigger = (await triggers.list()).find((each) => each.name === name);
  const own = trigger?.subscriberUri !== undefined && new URL(trigger.subscriberUri).hostname.startsWith(`${service}.`);
  if (trigger && !own) return;
  const message = own ? 'is the journal’s own' : 'is no trigger';
  failField('trigger', message);
}

/** The delivery's headers, without the event's attributes and without credentials. */
const loggable = (headers: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !/^(ce-|authorization$|cookie$)/.test(entry[0]),
    ),
  );
