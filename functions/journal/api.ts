import { timestamp } from '@dormouse/events/field';
import { content, empty, route } from '@dormouse/runtime/api';
import * as v from 'valibot';
import {
  deadLettersQuery,
  eventsQuery,
  missingQuery,
  newDismissal,
  newReconciliation,
  newRedrive,
  newReplay,
} from './fields.ts';

const path = '/api/journal';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const position = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const traceId = v.nullable(v.string());
const nullableText = v.nullable(v.string());
const nullableTime = v.nullable(timestamp);
const attributes = v.pipe(v.record(v.string(), v.string()), v.readonly());

const eventFields = {
  id: v.string(),
  type: v.string(),
  source: v.string(),
  subject: nullableText,
  time: nullableText,
};
const signedBy = v.pipe(nullableText, v.description('Source of the producer whose signature was verified.'));
const archivedFields = { position, ...eventFields, received_at: timestamp, trace_id: traceId, signed_by: signedBy };
/** `data` is JSON or text; bytes that are neither are in `data_base64`, as in the JSON format of CloudEvents. */
const dataFields = { data: v.optional(v.unknown()), data_base64: v.optional(v.string()) };

const event = v.pipe(v.strictObject(archivedFields), v.title('ArchivedEventSummary'));
const fullEvent = v.pipe(v.strictObject({ ...archivedFields, attributes, ...dataFields }), v.title('ArchivedEvent'));

const deadLetterFields = {
  number: position,
  event: v.strictObject(eventFields),
  trigger: nullableText,
  destination: v.string(),
  status: v.nullable(v.pipe(v.number(), v.integer())),
  cause: v.string(),
  failed_at: timestamp,
  trace_id: traceId,
  signed_by: signedBy,
  state: v.picklist(['open', 'redriven', 'dismissed']),
  redrives: count,
};
const attempt = v.strictObject({
  at: timestamp,
  status: v.nullable(v.pipe(v.number(), v.integer())),
  outcome: v.string(),
  error: nullableText,
  trace_id: traceId,
});
const deadLetterSummary = v.pipe(v.strictObject(deadLetterFields), v.title('DeadLetterSummary'));
const fullDeadLetter = v.pipe(
  v.strictObject({
    ...deadLetterFields,
    attributes,
    headers: attributes,
    ...dataFields,
    body: nullableText,
    attempts: v.array(attempt),
    dismissal: v.nullable(v.strictObject({ at: timestamp, by: v.string(), reason: v.string() })),
  }),
  v.title('DeadLetter'),
);

const jobFields = {
  id: v.pipe(v.string(), v.uuid()),
  state: v.picklist(['running', 'done', 'cancelled']),
  total: count,
  done: v.pipe(count, v.description('In a dry run: what would be sent.')),
  failed: count,
  unmatched: count,
  dry_run: v.boolean(),
  error: nullableText,
  created_at: timestamp,
  finished_at: nullableTime,
};
const item = v.strictObject({
  number: position,
  outcome: nullableText,
  status: v.nullable(v.pipe(v.number(), v.integer())),
  error: nullableText,
});
const redrive = v.pipe(
  v.strictObject({ ...jobFields, kind: v.literal('redrive'), items: v.array(item) }),
  v.title('Redrive'),
);
const replay = v.pipe(
  v.strictObject({
    ...jobFields,
    kind: v.literal('replay'),
    trigger: nullableText,
    from: nullableTime,
    to: nullableTime,
    seen: count,
    matched: count,
  }),
  v.title('Replay'),
);

const share = v.pipe(
  v.strictObject({
    trigger: v.string(),
    consumer: v.pipe(v.string(), v.description('Address of its subscriber.')),
    reconciled: v.boolean(),
    reason: v.pipe(nullableText, v.description('Why it is not reconciled.')),
    judged: v.pipe(count, v.description('Position in the archive up to which every event was compared.')),
    missing: v.pipe(count, v.description('Events that its consumer has not, and that are no dead letters.')),
    missing_since: nullableTime,
    redelivered: count,
    too_old: v.pipe(count, v.description('Events that were not compared, since inboxes forget after seven days.')),
  }),
  v.title('ReconciledTrigger'),
);
const missingEvent = v.pipe(
  v.strictObject({
    trigger: v.string(),
    position,
    ...eventFields,
    since: timestamp,
    attempts: count,
    next_at: timestamp,
    error: nullableText,
  }),
  v.title('MissingEvent'),
);
const reconciliation = v.pipe(
  v.strictObject({
    dry_run: v.boolean(),
    judged: v.pipe(count, v.description('Archived events that were compared now.')),
    found: v.pipe(count, v.description('Events that were found to be missing now, by Trigger each.')),
    redelivered: count,
    dead_lettered: v.pipe(count, v.description('Events that were refused for good, or too often.')),
    more: v.pipe(v.boolean(), v.description('There was no time for all of it.')),
    triggers: v.array(share),
  }),
  v.title('Reconciliation'),
);

const at = '2026-11-28T12:00:00.000Z';
const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const anEvent = {
  id: '0198c5d2-7e1f-7b3c-8f00-2f5d6a1e9b77',
  type: 'dev.dormouse.post.created.v1',
  source: '/posts',
  subject: 'post/7',
  time: at,
};
const anArchivedEvent = { position: 12, ...anEvent, received_at: at, trace_id: trace, signed_by: '/posts' };
const exampleDeadLetter = {
  number: 3,
  event: anEvent,
  trigger: 'categories-posts',
  destination: 'http://categories.dormouse.svc.cluster.local/events',
  status: 422,
  cause: 'answered 422: The event cannot be handled.',
  failed_at: at,
  trace_id: trace,
  signed_by: '/posts',
  state: 'open' as const,
  redrives: 0,
};
const exampleFullDeadLetter = {
  ...exampleDeadLetter,
  attributes: { specversion: '1.0', ...anEvent },
  headers: { 'content-type': 'application/json' },
  data: { id: 7 },
  body: null,
  attempts: [],
  dismissal: null,
};
const aJob = {
  id: '5f0c1a9e-2f5d-4a1e-9b77-0198c5d27e1f',
  state: 'running' as const,
  total: 2,
  done: 0,
  failed: 0,
  unmatched: 0,
  dry_run: false,
  error: null,
  created_at: at,
  finished_at: null,
};
const anItem = { number: 3, outcome: null, status: null, error: null };
const aRedrive = { ...aJob, kind: 'redrive' as const, items: [anItem] };
const aReplay = { ...aJob, kind: 'replay' as const, trigger: 'web-pages', from: at, to: at, seen: 0, matched: 0 };

const aShare = {
  trigger: 'categories-post-events',
  consumer: 'http://categories.dormouse.svc.cluster.local/events',
  reconciled: true,
  reason: null,
  judged: 12,
  missing: 1,
  missing_since: at,
  redelivered: 0,
  too_old: 0,
};
const aMissingEvent = {
  trigger: aShare.trigger,
  position: 12,
  ...anEvent,
  since: at,
  attempts: 1,
  next_at: at,
  error: 'answered 503: The event cannot be handled yet.',
};

const operators = ['operator', 'admin'] as const;
const link = { link: '`rel="next"` leads to older ones (RFC 8288).' };
const location = { location: 'Path of the job.' };
const jobId = { id: v.pipe(v.string(), v.uuid()) };

export const about = 'The archive of events, dead letters, and delivering either again. For operators.';

/** What the journal answers to operators. */
export const api = {
  events: route(`GET ${path}/events`, {
    summary: 'List archived events, newest first',
    roles: operators,
    query: eventsQuery,
    responses: () => ({
      200: content('A page of the archive.', v.array(event), { example: [anArchivedEvent], headers: link }),
    }),
  }),
  event: route(`GET ${path}/events/:position`, {
    summary: 'Read an archived event',
    roles: operators,
    params: { position },
    errors: ['not_found'],
    responses: () => ({
      200: content('The event.', fullEvent, {
        example: { ...anArchivedEvent, attributes: { specversion: '1.0', ...anEvent }, data: { id: 7 } },
      }),
    }),
  }),
  deadLetters: route(`GET ${path}/dead-letters`, {
    summary: 'List dead letters, newest first',
    roles: operators,
    query: deadLettersQuery,
    responses: () => ({
      200: content('A page of the dead letters.', v.array(deadLetterSummary), {
        example: [exampleDeadLetter],
        headers: link,
      }),
    }),
  }),
  deadLetter: route(`GET ${path}/dead-letters/:number`, {
    summary: 'Read a dead letter',
    roles: operators,
    params: { number: position },
    errors: ['not_found'],
    responses: () => ({
      200: content('The dead letter.', fullDeadLetter, { example: exampleFullDeadLetter }),
    }),
  }),
  dismiss: route(`POST ${path}/dead-letters/:number/dismissal`, {
    summary: 'Dismiss a dead letter that will not be redriven',
    description: 'Only while it is open. It stays on record, with who dismissed it and why.',
    roles: operators,
    params: { number: position },
    body: newDismissal,
    examples: { test: { reason: 'Sent by hand to try the alert; has no number.' } },
    errors: ['not_found', 'conflict'],
    responses: () => ({
      200: content('The dead letter.', fullDeadLetter, {
        example: {
          ...exampleFullDeadLetter,
          state: 'dismissed' as const,
          dismissal: { at, by: 'olga', reason: 'Sent by hand to try the alert; has no number.' },
        },
      }),
    }),
  }),
  redrive: route(`POST ${path}/redrives`, {
    summary: 'Deliver dead letters again',
    description: 'Chosen by one of `numbers`, `filter` and `all`.',
    roles: operators,
    body: newRedrive,
    examples: { all: { all: true, dry_run: true } },
    errors: ['too_many_requests'],
    responses: () => ({ 201: content('The job that does it.', redrive, { example: aRedrive, headers: location }) }),
  }),
  getRedrive: route(`GET ${path}/redrives/:id`, {
    summary: 'Read how a redrive goes',
    roles: operators,
    params: jobId,
    errors: ['not_found'],
    responses: () => ({ 200: content('The job.', redrive, { example: aRedrive }) }),
  }),
  cancelRedrive: route(`DELETE ${path}/redrives/:id`, {
    summary: 'Cancel a redrive',
    roles: operators,
    params: jobId,
    errors: ['not_found'],
    responses: () => ({ 204: empty('Nothing more is sent.') }),
  }),
  replay: route(`POST ${path}/replays`, {
    summary: 'Deliver archived events of a time range to one trigger',
    roles: operators,
    body: newReplay,
    examples: {
      hour: { trigger: 'web-pages', from: '2026-11-28T11:00:00Z', to: '2026-11-28T12:00:00Z', dry_run: true },
    },
    errors: ['too_many_requests'],
    responses: () => ({ 201: content('The job that does it.', replay, { example: aReplay, headers: location }) }),
  }),
  getReplay: route(`GET ${path}/replays/:id`, {
    summary: 'Read how a replay goes',
    roles: operators,
    params: jobId,
    errors: ['not_found'],
    responses: () => ({ 200: content('The job.', replay, { example: aReplay }) }),
  }),
  reconciled: route(`GET ${path}/reconciliation`, {
    summary: 'List what each Trigger’s consumer has of the archive',
    roles: operators,
    responses: () => ({ 200: content('The Triggers, by name.', v.array(share), { example: [aShare] }) }),
  }),
  missing: route(`GET ${path}/missing`, {
    summary: 'List events that a consumer has not, oldest first',
    roles: operators,
    query: missingQuery,
    responses: () => ({ 200: content('The first of them.', v.array(missingEvent), { example: [aMissingEvent] }) }),
  }),
  reconcile: route(`POST ${path}/reconciliations`, {
    summary: 'Compare the archive with the inboxes now, and send what is missing',
    description: 'It happens by itself each minute. A dry run compares only.',
    roles: operators,
    body: newReconciliation,
    examples: { look: { dry_run: true } },
    errors: ['conflict', 'too_many_requests'],
    responses: () => ({
      200: content('What was done.', reconciliation, {
        example: {
          dry_run: false,
          judged: 12,
          found: 1,
          redelivered: 1,
          dead_lettered: 0,
          more: false,
          triggers: [{ ...aShare, missing: 0, missing_since: null, redelivered: 1 }],
        },
      }),
    }),
  }),
  cancelReplay: route(`DELETE ${path}/replays/:id`, {
    summary: 'Cancel a replay',
    roles: operators,
    params: jobId,
    errors: ['not_found'],
    responses: () => ({ 204: empty('Nothing more is sent.') }),
  }),
};
