import { pageLimit } from '@dormouse/runtime/page-limit';
import { line } from '@dormouse/runtime/text';
import * as v from 'valibot';

const timestamp = v.pipe(
  v.string('must be text'),
  v.isoTimestamp('must be a date and time as in RFC 3339'),
  v.transform((value) => new Date(value)),
  v.check(
    (date) => date.getTime() >= 0 && date.getTime() < Date.parse('9999-01-01T00:00:00Z'),
    'must be a time from 1970 to 9998',
  ),
);
const word = line(1, 1024);
const trace = v.pipe(v.string('must be text'), v.regex(/^[0-9a-f]{32}$/, 'must be a trace id: 32 hexadecimal digits'));

/** A query parameter; an empty value counts as absent. */
const parameter = <S extends v.GenericSchema<string, unknown>>(schema: S) =>
  v.optional(
    v.union(
      [
        v.pipe(
          v.literal(''),
          v.transform(() => undefined),
        ),
        schema,
      ],
      (issue) =>
        issue.issues?.find(({ kind, expected }) => kind === 'validation' || expected !== '""')?.message ??
        'is not acceptable',
    ),
  );

const listed = {
  type: parameter(word),
  source: parameter(word),
  subject: parameter(word),
  trace: parameter(trace),
  from: parameter(timestamp),
  to: parameter(timestamp),
  limit: v.optional(pageLimit, '20'),
  after: v.optional(v.string()),
};

/** Query of the archive; other parameters are ignored. */
export const eventsQuery = v.object(listed);

/** Query of the dead letters. */
export const deadLettersQuery = v.object({
  ...listed,
  trigger: parameter(word),
  state: v.optional(
    v.picklist(['open', 'redriven', 'dismissed', 'all'], 'must be open, redriven, dismissed or all'),
    'open',
  ),
});

const number = v.pipe(
  v.number('must be a number'),
  v.safeInteger('must be a whole number'),
  v.minValue(1, 'must be at least 1'),
);
const numbers = v.pipe(
  v.array(number, 'must be a list'),
  v.minLength(1, 'must not be empty'),
  v.maxLength(10_000, 'must have at most 10,000 numbers'),
);

const filter = v.strictObject({
  trigger: v.optional(word),
  type: v.optional(word),
  source: v.optional(word),
  subject: v.optional(word),
  trace: v.optional(trace),
  from: v.optional(timestamp),
  to: v.optional(timestamp),
});

const dryRun = v.optional(v.boolean('must be true or false'), false);

/** Body of POST …/redrives: exactly one of three selections. */
export const newRedrive = v.pipe(
  v.strictObject({
    numbers: v.optional(numbers),
    filter: v.optional(filter),
    all: v.optional(v.literal(true, 'must be true')),
    dry_run: dryRun,
  }),
  v.forward(
    v.check(
      ({ numbers, filter, all }) => [numbers, filter, all].filter((each) => each !== undefined).length === 1,
      'one of numbers, filter and all is required',
    ),
    ['numbers'],
  ),
  v.metadata({ oneOf: ['numbers', 'filter', 'all'].map((field) => ({ required: [field] })) }),
);

/** Body of POST …/dismissal. */
export const newDismissal = v.strictObject({ reason: line(1, 500) });

/** Query of what is missing. */
export const missingQuery = v.object({ trigger: parameter(word), limit: listed.limit });

/** Body of POST …/reconciliations. */
export const newReconciliation = v.strictObject({ dry_run: dryRun });

/** Body of POST …/replays. */
export const newReplay = v.pipe(
  v.strictObject({ trigger: line(1, 253), from: timestamp, to: timestamp, dry_run: dryRun }),
  v.forward(
    v.partialCheck([['from'], ['to']], ({ from, to }) => from < to, 'must be later than from'),
    ['to'],
  ),
);

const eventName = v.strictObject({
  source: v.pipe(v.string(), v.maxLength(768)),
  id: v.pipe(v.string(), v.maxLength(768)),
});

/** Body of POST /events/archived, which the relay asks where it cannot read the archive itself. */
export const archivedQuestion = v.strictObject({ events: v.pipe(v.array(eventName), v.maxLength(1000)) });
