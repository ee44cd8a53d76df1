import { encodeCursor } from '@dormouse/runtime/keyset';
import { isJson } from './any-event.ts';
import type { Counts, Job } from './jobs.ts';
import type { ArchivedEvent, Attempt, DeadLetter, FullDeadLetter } from './store.ts';

/** What every list says of an event. */
const summary = ({ id, type, source, subject, time }: Readonly<Record<string, string>>) => ({
  id,
  type,
  source,
  subject: subject ?? null,
  time: time ?? null,
});

export const eventView = ({ position, attributes, receivedAt, traceId }: ArchivedEvent) => ({
  position,
  ...summary(attributes),
  received_at: receivedAt,
  trace_id: traceId,
});

export const fullEventView = (event: ArchivedEvent & { data: Buffer | null }) => ({
  ...eventView(event),
  attributes: event.attributes,
  ...dataView(event),
});

export const deadLetterView = (deadLetter: DeadLetter) => ({
  number: deadLetter.number,
  event: summary(deadLetter.attributes),
  trigger: deadLetter.trigger,
  destination: deadLetter.destination,
  status: deadLetter.status,
  cause: deadLetter.cause,
  failed_at: deadLetter.failedAt,
  trace_id: deadLetter.traceId,
  state: deadLetter.state,
  redrives: deadLetter.redrives,
});

export const fullDeadLetterView = (deadLetter: FullDeadLetter) => ({
  ...deadLetterView(deadLetter),
  attributes: deadLetter.attributes,
  headers: deadLetter.headers,
  ...dataView(deadLetter),
  body: deadLetter.body,
  attempts: deadLetter.attempts.map(attemptView),
});

const attemptView = ({ at, status, outcome, error, traceId }: Attempt) => ({
  at,
  status,
  outcome,
  error,
  trace_id: traceId,
});

/** `data` as JSON or text; bytes that are neither as `data_base64`, like CloudEvents' JSON format. */
function dataView({
  data,
  attributes,
}: {
  data: Buffer | null;
  attributes: Readonly<Record<string, string>>;
}): { data: unknown } | { data_base64: string } {
  if (data === null) return { data: null };
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
    return { data: isJson(attributes.datacontenttype) ? (JSON.parse(text) as unknown) : text };
  } catch {
    return { data_base64: data.toString('base64') };
  }
}

export const path = '/api/journal';

/** Where a job is found. */
export const jobPath = ({ kind, id }: Pick<Job, 'kind' | 'id'>): string => `${path}/${kind}s/${id}`;

/** In a dry run, `done` is what would be sent. */
export function jobView(job: Job & Counts) {
  const { id, kind, state, total, failed, unmatched } = job;
  const replay = kind === 'replay';
  return {
    id,
    kind,
    state,
    total,
    done: job.dryRun ? (replay ? job.matched : job.sent) : job.sent + job.already,
    failed,
    ...(replay
      ? {
          trigger: job.trigger,
          from: job.from,
          to: job.to,
          seen: job.seen,
          matched: job.matched,
          unmatched: job.seen - job.matched,
        }
      : { unmatched }),
    dry_run: job.dryRun,
    error: job.error,
    created_at: job.createdAt,
    finished_at: job.finishedAt,
  };
}

/** `Link` (RFC 8288) to the next, older piece of a list; undefined on the last one. */
export function nextLink(url: string, last: number | undefined): { link: string } | undefined {
  if (last === undefined) return undefined;
  const { pathname, searchParams } = new URL(url);
  searchParams.set('after', encodeCursor([last]));
  return { link: `<${pathname}?${searchParams}>; rel="next"` };
}
