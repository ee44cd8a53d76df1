import type { SpanKind } from './span-kind.ts';

/** A kind of span that functions record. */
export interface SpanKindOf {
  /** As it is shown, with its variable parts in braces. */
  readonly name: string;
  readonly pattern: RegExp;
  readonly kind: SpanKind;
  readonly description: string;
  /** Attributes it has, or may have. */
  readonly attributes: readonly (keyof typeof spanAttributes)[];
  readonly links?: string;
}

/** Attributes of spans, with their meaning. Spans may have ids; no e-mail address, password or token. */
export const spanAttributes = {
  'http.request.method': 'method',
  'http.route': 'the pattern that answered; empty when none did',
  'http.response.status_code': 'status',
  'http.request.resend_count': 'how often it was sent again, if it was',
  'url.path': 'path, without the query',
  'url.full': 'address that was called',
  'url.scheme': '`http`',
  'faas.name': 'name of the Knative Service',
  'faas.trigger': '`http` or `pubsub`',
  'faas.coldstart': 'whether it is the instance’s first request',
  'error.type': 'only for 5xx: the status',
  'db.system.name': '`postgresql`',
  'db.query.summary': 'what is done to which table first; also the span’s name',
  'db.query.text': 'the statement, its values left out; at most 2,000 characters',
  'messaging.system': '`knative`',
  'messaging.operation.name': '`send` or `process`',
  'messaging.operation.type': '`send` or `process`',
  'messaging.destination.name': 'type of the event',
  'messaging.message.id': 'id of the event',
  'cloudevents.event_id': 'id of the event',
  'cloudevents.event_type': 'type of the event',
  'cloudevents.event_source': 'source of the event',
  'cloudevents.event_subject': 'subject of the event',
  'dormouse.duplicate': '`true`: it was handled before, and changed nothing',
  'dormouse.job': 'id of a redrive or replay',
  'dormouse.mail.kind': 'kind of the mail: `password-reset`, `comments`, …',
  'dormouse.mail.outcome': 'what the mail server said: `sent`, `refused`, `failed`',
  'server.address': 'address of the subscriber that an event is sent to again',
} as const;

const messaging = [
  'messaging.system',
  'messaging.operation.name',
  'messaging.operation.type',
  'messaging.destination.name',
  'messaging.message.id',
  'cloudevents.event_id',
  'cloudevents.event_type',
  'cloudevents.event_source',
  'cloudevents.event_subject',
] as const;

const type = '[\\w.-]+';

/** Every span that a function records. A failure is an `exception` event, and the status. */
export const spans: readonly SpanKindOf[] = [
  {
    name: '{method} {route}',
    pattern: /^[A-Z]+( \/\S*)?$/,
    kind: 'server',
    description: 'A request; without a route when none answered.',
    attributes: [
      'http.request.method',
      'http.route',
      'http.response.status_code',
      'url.path',
      'url.scheme',
      'faas.name',
      'faas.trigger',
      'faas.coldstart',
      'error.type',
    ],
  },
  {
    name: '{operation} {table}',
    pattern: /^[A-Z]+( [\w."]+)?$/,
    kind: 'client',
    description: 'An SQL statement. BEGIN and COMMIT travel with the statements beside them, and have none.',
    attributes: ['db.system.name', 'db.query.summary', 'db.query.text'],
  },
  {
    name: '{method}',
    pattern: /^[A-Z]+$/,
    kind: 'client',
    description: 'A call to another function.',
    attributes: ['http.request.method', 'url.full', 'http.response.status_code', 'http.request.resend_count'],
  },
  {
    name: 'send {type}',
    pattern: new RegExp(`^send ${type}$`),
    kind: 'producer',
    description: 'An event is sent to the Broker, in the trace it began in.',
    attributes: messaging,
    links: 'the relay’s own trace, when that sends it',
  },
  {
    name: 'process {type}',
    pattern: new RegExp(`^process ${type}$`),
    kind: 'consumer',
    description: 'An event is handled, in the trace of its delivery.',
    attributes: [...messaging, 'dormouse.duplicate'],
    links: 'the span in which the event began',
  },
  {
    name: 'mail {kind}',
    pattern: /^mail [a-z-]+$/,
    kind: 'client',
    description: 'A mail is handed to the mail server. One about comments is of the trace of the first of them.',
    attributes: ['dormouse.mail.kind', 'dormouse.mail.outcome'],
    links: 'the other comments, and the tick that had people told',
  },
  {
    name: 'redrive {type}, replay {type}, reconcile {type}',
    pattern: new RegExp(`^(redrive|replay|reconcile) ${type}$`),
    kind: 'producer',
    description:
      'The journal sends an event to a subscriber again, in the trace of its first delivery; `reconcile` where the consumer had not got it.',
    attributes: [...messaging, 'dormouse.job', 'server.address', 'http.response.status_code'],
    links: 'the batch, and the attempt before',
  },
];
