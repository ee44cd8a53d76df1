import { metric } from './metric.ts';
import { standardMetrics, startBounds } from './standard-metrics.ts';

export type { Metric, MetricKind } from './metric.ts';

/** From an event that is handled at once to one that waited for a day. */
const ageBounds = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21_600, 86_400,
] as const;

/** Every metric that a function may give. Dashboards, rules and the reference read it; nothing else is emitted. */
export const metrics = {
  ...standardMetrics,
  firstResponseDuration: metric({
    name: 'dormouse.coldstart.first_response.duration',
    kind: 'histogram',
    unit: 's',
    description: 'From the start of the process until its first answer, where a request was waiting for it.',
    attributes: { 'faas.trigger': '`http` or `pubsub`' },
    bounds: startBounds,
  }),
  eventAge: metric({
    name: 'dormouse.event.age',
    kind: 'histogram',
    unit: 's',
    description:
      'Age of an event (from its `time`) once its effect is committed; duplicates and redriven or replayed events excepted.',
    attributes: { 'messaging.destination.name': 'type of the event' },
    bounds: ageBounds,
  }),
  outboxPending: metric({
    name: 'dormouse.outbox.pending',
    kind: 'gauge',
    unit: '{event}',
    description: 'Events in an outbox that the Broker has not taken yet, as the relay finds it each minute.',
    attributes: { 'db.namespace': 'schema of the outbox' },
    ofSystem: true,
  }),
  outboxAge: metric({
    name: 'dormouse.outbox.age',
    kind: 'gauge',
    unit: 's',
    description: 'Age of the oldest of these, as the relay finds it each minute; 0 when there is none.',
    attributes: { 'db.namespace': 'schema of the outbox' },
    ofSystem: true,
  }),
  unarchivedPending: metric({
    name: 'dormouse.outbox.unarchived',
    kind: 'gauge',
    unit: '{event}',
    description:
      'Events in an outbox that the Broker has taken and the archive does not have, after the relay has looked.',
    attributes: { 'db.namespace': 'schema of the outbox' },
    ofSystem: true,
  }),
  unarchivedAge: metric({
    name: 'dormouse.outbox.unarchived.age',
    kind: 'gauge',
    unit: 's',
    description: 'Age of the oldest of these; 0 when there is none.',
    attributes: { 'db.namespace': 'schema of the outbox' },
    ofSystem: true,
  }),
  eventsResent: metric({
    name: 'dormouse.events.resent',
    kind: 'counter',
    unit: '{event}',
    description:
      'Events that the relay has sent again, because the Broker had taken them and the archive did not have them in time.',
    attributes: { 'messaging.destination.name': 'type of the event' },
  }),
  eventsRefused: metric({
    name: 'dormouse.events.refused',
    kind: 'counter',
    unit: '{event}',
    description: 'Delivered events that were refused because of their signature.',
    attributes: {
      'dormouse.reason': '`missing`, `malformed`, `unknown_key`, `wrong_producer`, `wrong_time` or `invalid`',
    },
  }),
  deadLetters: metric({
    name: 'dormouse.dead_letters',
    kind: 'counter',
    unit: '{event}',
    description: 'Dead letters that the journal has kept.',
    attributes: {
      'dormouse.trigger': 'the Trigger that did not deliver; empty while it cannot be told',
      'messaging.destination.name': 'type of the event',
    },
  }),
  deadLettersOpen: metric({
    name: 'dormouse.dead_letters.open',
    kind: 'gauge',
    unit: '{event}',
    description:
      'Dead letters that nobody has redriven or dismissed, as the journal finds it whenever it is awake. Nothing else changes their number: the last value holds while it sleeps.',
    attributes: {},
    ofSystem: true,
  }),
  eventsMissing: metric({
    name: 'dormouse.events.missing',
    kind: 'gauge',
    unit: '{event}',
    description:
      'Archived events that a consumer has not, and that are no dead letters, as the journal finds it when it compares them, and while it is awake. It is woken as long as there are any.',
    attributes: { 'dormouse.trigger': 'the Trigger whose consumer has not got them' },
    ofSystem: true,
  }),
  countsWrong: metric({
    name: 'dormouse.counts.wrong',
    kind: 'gauge',
    unit: '{difference}',
    description:
      'Differences between the counts of categories and the posts that they are of, as categories finds it when an instance has woken, and every five minutes while it is awake.',
    attributes: {},
    ofSystem: true,
  }),
  eventsRedelivered: metric({
    name: 'dormouse.events.redelivered',
    kind: 'counter',
    unit: '{event}',
    description: 'Missing events that the journal has sent to a consumer.',
    attributes: {
      'dormouse.trigger': 'the Trigger to whose subscriber they were sent',
      'dormouse.redelivery.outcome': '`taken` or `refused`',
    },
  }),
  eventsUnjudgedAge: metric({
    name: 'dormouse.events.unjudged_age',
    kind: 'gauge',
    unit: 's',
    description:
      'For how long the oldest event that was not compared with the inboxes has been archived, as the relay finds it each minute; 0 when there is none.',
    attributes: {},
    ofSystem: true,
  }),
  cacheRequests: metric({
    name: 'dormouse.cache.requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Questions to a cache.',
    attributes: {
      'dormouse.cache.name': 'name of the cache: `posts:lists`',
      'dormouse.cache.result':
        '`hit` from this process, `stale` the same while a new value is loaded, `coalesced` with a load that was under way, `shared` from Redis, `miss` loaded',
    },
  }),
  redisUnanswered: metric({
    name: 'dormouse.redis.unanswered',
    kind: 'counter',
    unit: 's',
    description:
      'Time in which Redis did not answer an instance that had asked it: caches load from PostgreSQL meanwhile, which counts limits too.',
    attributes: {},
  }),
  rateLimitRefusals: metric({
    name: 'dormouse.rate_limit.refusals',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests that were refused because a limit was reached.',
    attributes: {
      'dormouse.limit.name':
        'which limit: `login` (a name from one network), `login-address`, `login-name` (many wrong passwords in a row), `register`, `claim`, `verify`, `write`, `upload`, `jobs`',
    },
  }),
  logins: metric({
    name: 'dormouse.logins',
    kind: 'counter',
    unit: '{login}',
    description: 'Attempts to log in with a password.',
    attributes: {
      'dormouse.login.outcome':
        '`success`, `wrong` (name or password), `limited`, `forbidden` (a scope that is not theirs), `failed` (our fault)',
    },
  }),
  loginSlowdowns: metric({
    name: 'dormouse.logins.slowdowns',
    kind: 'counter',
    unit: '{name}',
    description:
      'User names for which so many wrong passwords came in a row that further ones have to wait, longer each time.',
    attributes: {},
  }),
  accountsCreated: metric({
    name: 'dormouse.accounts.created',
    kind: 'counter',
    unit: '{account}',
    description: 'Accounts that people registered; imported ones are not counted.',
    attributes: {},
  }),
  postsCreated: metric({
    name: 'dormouse.posts.created',
    kind: 'counter',
    unit: '{post}',
    description: 'Posts that were created, drafts and imported ones too.',
    attributes: { 'dormouse.post.status': '`published` or `draft`' },
  }),
  picturesUploaded: metric({
    name: 'dormouse.pictures.uploaded',
    kind: 'counter',
    unit: '{picture}',
    description: 'Pictures that somebody uploaded and had not uploaded before.',
    attributes: { 'dormouse.picture.type': 'media type, by the first bytes: `image/jpeg`' },
  }),
  picturesCollected: metric({
    name: 'dormouse.pictures.collected',
    kind: 'counter',
    unit: '{picture}',
    description: 'What nobody used any more and was deleted.',
    attributes: { 'dormouse.picture.remains': '`picture`, or `upload` for the file of one that was broken off' },
  }),
  picturesMade: metric({
    name: 'dormouse.pictures.made',
    kind: 'counter',
    unit: '{picture}',
    description: 'Uploaded pictures that were decoded and encoded anew, or could not be.',
    attributes: { 'dormouse.picture.state': '`ready` or `refused`' },
  }),
  purgeAge: metric({
    name: 'dormouse.purge.age',
    kind: 'gauge',
    unit: 's',
    description:
      'Age of the oldest change that a shared cache in front of the site was not told of, as web finds it each ten minutes; 0 when there is none.',
    attributes: {},
    ofSystem: true,
  }),
  commentsWritten: metric({
    name: 'dormouse.comments.written',
    kind: 'counter',
    unit: '{comment}',
    description: 'Comments that were stored, by what became of them at once.',
    attributes: { 'dormouse.comment.status': '`published`, `held` or `spam`' },
  }),
  commentsDecided: metric({
    name: 'dormouse.comments.decided',
    kind: 'counter',
    unit: '{comment}',
    description: 'Decisions of moderators about comments.',
    attributes: { 'dormouse.comment.status': '`published`, `held` or `spam`' },
  }),
  searches: metric({
    name: 'dormouse.searches',
    kind: 'counter',
    unit: '{search}',
    description: 'Searches; pages after the first one are not counted.',
    attributes: { 'dormouse.search.outcome': '`found` or `nothing`' },
  }),
  webhookAttempts: metric({
    name: 'dormouse.webhook.attempts',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts to send something to a webhook, the repeated ones too.',
    attributes: {
      'dormouse.webhook.outcome':
        '`delivered`; `failed`: it answered no 2xx, or nothing; `refused`: its address leads inside, and nothing was sent',
    },
  }),
  webhookDelay: metric({
    name: 'dormouse.webhook.delay',
    kind: 'histogram',
    unit: 's',
    description: 'From the making of a delivery to its first attempt, whatever becomes of that.',
    attributes: {},
    bounds: ageBounds,
  }),
  mailAttempts: metric({
    name: 'dormouse.mail.attempts',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts to hand a mail to the mail server, the repeated ones too.',
    attributes: {
      'dormouse.mail.outcome':
        '`sent`: the mail server has it; `failed`: it may take it later; `refused`: it never will, or there is none',
    },
  }),
  mailDelay: metric({
    name: 'dormouse.mail.delay',
    kind: 'histogram',
    unit: 's',
    description: 'From the request for a mail until the mail server has it.',
    attributes: {},
    bounds: ageBounds,
  }),
  postsPublished: metric({
    name: 'dormouse.posts.published',
    kind: 'counter',
    unit: '{post}',
    description: 'Posts that became visible: created as published, or published later.',
    attributes: {},
  }),
  activeAuthors: metric({
    name: 'dormouse.authors.active',
    kind: 'gauge',
    unit: '{author}',
    description:
      'Authors of published posts that are not older than 30 days, as posts finds it when an instance wakes, and after changes.',
    attributes: {},
    ofSystem: true,
  }),
  longestWork: metric({
    name: 'dormouse.eventloop.work.max',
    kind: 'gauge',
    unit: 's',
    description:
      'Longest piece of work that has held the event loop since the last push: time that the thread computed, not that it waited for a processor.',
    attributes: {},
  }),
  dropped: metric({
    name: 'dormouse.telemetry.dropped',
    kind: 'counter',
    unit: '{record}',
    description:
      'Spans and measures that were thrown away because the collector did not take them, or came faster than they could leave.',
    attributes: { 'dormouse.signal': '`spans` or `measures`' },
  }),
} as const;
