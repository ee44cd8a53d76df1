import { nothingLeft, type ResponseOf } from '@dormouse/runtime/api';
import { encodeCursor } from '@dormouse/runtime/keyset';
import { isJson } from './any-event.ts';
import { api } from './api.ts';
import type { Counts, Job } from './jobs.ts';
import type { Reconciled } from './reconcile.ts';
import type { CountedShare, ListedMissing } from './reconciliation.ts';
import type { ArchivedEvent, Attempt, DeadLetter, Dismissal, FullDeadLetter } from './store.ts';

type EventSummary = ResponseOf<typeof api.events, 200>[number];
type Event = ResponseOf<typeof api.event, 200>;
type DeadLetterSummary = ResponseOf<typeof api.deadLetters, 200>[number];
type DeadLetterBody = ResponseOf<typeof api.deadLetter, 200>;
type Redrive = ResponseOf<typeof api.getRedrive, 200>;
type Replay = ResponseOf<typeof api.getReplay, 200>;
type ReconciledTrigger = ResponseOf<typeof api.reconciled, 200>[number];
type Reconciliation = ResponseOf<typeof api.reconcile, 200>;
type MissingEvent = ResponseOf<typeof api.missing, 200>[number];

/** What every list says of an event; whatever is stored has id, type and source. */
const summary = ({
  id = '',
  type = '',
  source = '',
  subject,
  time,
}: Readonly<Record<string, string>>): DeadLetterSummary['event'] => ({
  id,
  type,
  source,
  subject: subject ?? null,
  time: time ?? null,
});

/** An item of the list of archived events. */
export function eventView({
  position,
  attributes,
  receivedAt,
  traceId,
  signedBy,
  ...unanswered
}: ArchivedEvent): EventSummary {
  nothingLeft(unanswered);
  return {
    position,
    ...summary(attributes),
    received_at: receivedAt.toISOString(),
    trace_id: traceId,
    signed_by: signedBy,
  };
}

/** An archived event with its data. */
export const fullEventView = ({ data, ...event }: ArchivedEvent & { data: Buffer | null }): Event => ({
  ...eventView(event),
  attributes: event.attributes,
  ...dataView(data, event.attributes),
});

/** An item of the list of dead letters. */
export function deadLetterView({ attributes, failedAt, traceId, signedBy, ...others }: DeadLetter): DeadLetterSummary {
  const { number, trigger, destination, status, cause, state, redrives, ...unanswered } = others;
  nothingLeft(unanswered);
  return {
    number,
    event: summary(attributes),
    trigger,
    destination,
    status,
    cause,
    failed_at: failedAt.toISOString(),
    trace_id: traceId,
    signed_by: signedBy,
    state,
    redrives,
  };
}

/** A dead letter with everything that is known of it. */
export function fullDeadLetterView({
  headers,
  body,
  data,
  attempts,
  dismissal,
  ...deadLetter
}: FullDeadLetter): DeadLetterBody {
  return {
    ...deadLetterView(deadLetter),
    attributes: deadLetter.attributes,
    headers,
    ...dataView(data, deadLetter.attributes),
    body,
    attempts: attempts.map(attemptView),
    dismissal: dismissal && dismissalView(dismissal),
  };
}

function dismissalView({ at, by, reason, ...unanswered }: Dismissal): NonNullable<DeadLetterBody['dismissal']> {
  nothingLeft(unanswered);
  return { at: at.toISOString(), by, reason };
}

function attemptView({
  at,
  status,
  outcome,
  error,
  traceId,
  ...unanswered
}: Attempt): DeadLetterBody['attempts'][number] {
  nothingLeft(unanswered);
  return { at: at.toISOString(), status, outcome, error, trace_id: traceId };
}

/** `data` as JSON or text; bytes that are neither as `data_base64`, like CloudEvents' JSON format. */
function dataView(
  data: Buffer | null,
  attributes: Readonly<Record<string, string>>,
): { data: unknown } | { data_base64: string } {
  if (data === null) return { data: null };
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
    return { data: isJson(attributes.datacontenttype) ? (JSON.parse(text) as unknown) : text };
  } catch {
    return { data_base64: data.toString('base64') };
  }
}

/** Where a job is found. */
export const jobPath = ({ kind, id }: Pick<Job, 'kind' | 'id'>): string => `${api[kind].path}/${id}`;

/** In a dry run, `done` is what would be sent. */
export const redriveView = (job: Job & Counts, items: Redrive['items']): Redrive => ({
  ...commonView(job),
  kind: 'redrive',
  done: job.dryRun ? job.sent : job.sent + job.already,
  unmatched: job.unmatched,
  items,
});

/** In a dry run, `done` is what would be sent. */
export const replayView = (job: Job & Counts): Replay => ({
  ...commonView(job),
  kind: 'replay',
  done: job.dryRun ? job.matched : job.sent + job.already,
  trigger: job.trigger,
  from: job.from?.toISOString() ?? null,
  to: job.to?.toISOString() ?? null,
  seen: job.seen,
  matched: job.matched,
  unmatched: job.seen - job.matched,
});

const commonView = ({ id, state, total, failed, dryRun, error, createdAt, finishedAt }: Job & Counts) => ({
  id,
  state,
  total,
  failed,
  dry_run: dryRun,
  error,
  created_at: createdAt.toISOString(),
  finished_at: finishedAt?.toISOString() ?? null,
});

/** A Trigger with what its consumer has not. */
export function shareView({ tooOld, since, ...share }: CountedShare): ReconciledTrigger {
  const { trigger, consumer, reason, judged, missing, redelivered, ...unanswered } = share;
  nothingLeft(unanswered);
  return {
    trigger,
    consumer,
    reconciled: reason === null,
    reason,
    judged,
    missing,
    missing_since: since?.toISOString() ?? null,
    redelivered,
    too_old: tooOld,
  };
}

/** An event that a consumer has not. */
export function missingView({ attributes, since, nextAt, ...event }: ListedMissing): MissingEvent {
  const { trigger, position, attempts, error, ...unanswered } = event;
  nothingLeft(unanswered);
  return {
    trigger,
    position,
    ...summary(attributes),
    since: since.toISOString(),
    attempts,
    next_at: nextAt.toISOString(),
    error,
  };
}

/** What reconciling did. */
export const reconciliationView = (
  { judged, found, redelivered, deadLettered, more }: Reconciled,
  dryRun: boolean,
  shares: readonly CountedShare[],
): Reconciliation => ({
  dry_run: dryRun,
  judged,
  found,
  redelivered,
  dead_lettered: deadLettered,
  more,
  triggers: shares.map(shareView),
});

/** `Link` (RFC 8288) to the next, older piece of a list; undefined on the last one. */
export function nextLink(url: string, last: number | undefined): { link: string } | undefined {
  if (last === undefined) return undefined;
  const { pathname, searchParams } = new URL(url);
  searchParams.set('after', encodeCursor([last]));
  return { link: `<${pathname}?${searchParams}>; rel="next"` };
}
