import { type Group, unlessOver } from '../rule.ts';
import { backlog, series } from '../series.ts';

const {
  countsWrong,
  eventsConsumed,
  eventsSent,
  eventsRefused,
  eventsMissing,
  eventsUnjudgedAge,
  deadLetters,
  deadLettersOpen,
  outboxAge,
  purgeAge,
  unarchivedAge,
  mailAttempts,
  webhookAttempts,
} = series;

const sends =
  (matcher = '') =>
  (window: string) =>
    `sum by (service_name) (increase(${eventsSent}${matcher}[${window}]))`;
const [sent, unsent] = [sends(), sends('{error_type!=""}')];
const unsentPart = (window: string) => `${unsent(window)} / ${sent(window)}`;
const handled =
  (matcher = '') =>
  (window: string) =>
    `sum by (service_name, messaging_destination_name) (increase(${eventsConsumed}${matcher}[${window}]))`;
/** Receivers of webhooks that fail are no fault of the function: WebhooksFail tells of them. */
const ours = 'messaging_destination_name!="dev.dormouse.webhook.due.v1"';
const [deliveries, failed] = [handled(`{${ours}}`), handled(`{${ours},error_type!=""}`)];
const failedPart = (window: string) => `${failed(window)} / ${deliveries(window)}`;
const mails = (matcher = '') => `sum(increase(${mailAttempts}${matcher}[1h]))`;
const attempts = (matcher = '') => `sum(increase(${webhookAttempts}${matcher}[1h]))`;
const untaken = attempts('{dormouse_webhook_outcome!="delivered"}');
const isUnsent = unlessOver(
  (window) => `${unsentPart(window)} > 0.5 and ${unsent(window)} >= 3`,
  (window) => `${unsentPart(window)} <= 0.5`,
  'service_name',
);

/** From the outbox to the handler, and what did not arrive. */
export const eventAlerts: Group = {
  name: 'events',
  rules: [
    {
      name: 'OutboxStuck',
      severity: 'page',
      // Functions know at once that the Broker does not take events; the relay, which looks each minute, what waits.
      expr:
        `max by (db_namespace) (label_replace(${isUnsent}, "db_namespace", "$1", "service_name", "(.+)")) ` +
        `or max by (db_namespace) (${outboxAge}) > 120`,
      for: '15s',
      keepFiringFor: '15s',
      summary: 'The Broker does not take events of {{ $labels.db_namespace }}, which wait in its outbox.',
    },
    {
      name: 'NotArchived',
      severity: 'ticket',
      // Sent three times by then: after the commit, and by the relay two and six minutes later.
      expr: `max by (db_namespace) (${unarchivedAge}) > 600`,
      for: '5m',
      summary:
        'Events of {{ $labels.db_namespace }} are not in the archive ten minutes after they happened, although the Broker has taken them.',
    },
    {
      name: 'RelaySilent',
      severity: 'ticket',
      expr: `absent_over_time(${outboxAge}[15m])`,
      for: '5m',
      summary: 'The relay, which is woken every minute, has reported nothing for a quarter of an hour.',
    },
    {
      name: 'EventsRefused',
      severity: 'ticket',
      expr: `sum by (service_name, dormouse_reason) (increase(${eventsRefused}[15m])) > 0`,
      summary: '{{ $labels.service_name }} refused events because of their signature: {{ $labels.dormouse_reason }}.',
    },
    {
      name: 'DeadLetters',
      severity: 'ticket',
      expr: `sum by (dormouse_trigger, messaging_destination_name) (increase(${deadLetters}[15m])) > 0`,
      summary: '{{ $labels.dormouse_trigger }} gave up on events of type {{ $labels.messaging_destination_name }}.',
    },
    {
      name: 'DeadLettersWait',
      severity: 'ticket',
      expr: `max(last_over_time(${deadLettersOpen}[7d])) > 0`,
      for: '1d',
      summary: 'There have been dead letters for a day that nobody has redriven or dismissed.',
    },
    {
      name: 'EventsMissing',
      severity: 'ticket',
      // The journal is awake, and says it, while there are any; the last value ends when they have come.
      expr: `max by (dormouse_trigger) (last_over_time(${eventsMissing}[1h])) > 0`,
      for: '20m',
      summary:
        'Events have been missing behind {{ $labels.dormouse_trigger }} for twenty minutes, although they are sent to its consumer again.',
    },
    {
      name: 'ReconciliationStopped',
      severity: 'ticket',
      expr: `max(${eventsUnjudgedAge}) > 900`,
      for: '5m',
      summary: 'What the Broker loses has not been looked for in a quarter of an hour.',
    },
    {
      name: 'CountsWrong',
      severity: 'ticket',
      // Measured every five minutes, while categories is awake; nothing changes the number while it sleeps.
      expr: `max(last_over_time(${countsWrong}[1d])) > 0`,
      for: '30m',
      summary: 'Counts of categories have differed from the posts that they are of for half an hour.',
    },
    {
      name: 'HandlerFails',
      severity: 'ticket',
      expr: unlessOver(
        (window) => `${failedPart(window)} > 0.2 and ${failed(window)} >= 3`,
        (window) => `${failedPart(window)} <= 0.2`,
        'service_name, messaging_destination_name',
      ),
      for: '30s',
      // The Broker pauses longer and longer before it tries again.
      keepFiringFor: '30s',
      summary:
        '{{ $labels.service_name }} fails on more than a fifth of the deliveries of {{ $labels.messaging_destination_name }}.',
    },
    {
      name: 'MailRefused',
      severity: 'ticket',
      expr: `${mails('{dormouse_mail_outcome="refused"}')} / ${mails()} > 0.5 and ${mails('{dormouse_mail_outcome="refused"}')} >= 3`,
      for: '15m',
      summary: 'The mail server has refused more than half of the mails of an hour.',
    },
    {
      name: 'WebhooksFail',
      severity: 'ticket',
      expr: `${untaken} / ${attempts()} > 0.5 and ${untaken} >= 10`,
      for: '15m',
      summary: 'More than half of the attempts to send something to a webhook have failed for an hour.',
    },
    {
      name: 'CacheNotTold',
      severity: 'ticket',
      // web looks each ten minutes, and sleeps in between.
      expr: `max(last_over_time(${purgeAge}[25m])) > 1800`,
      for: '5m',
      summary:
        'The cache in front of the site was not told of changes for half an hour: readers get the pages of before.',
    },
    {
      name: 'BrokerBacklog',
      severity: 'ticket',
      expr: `(${backlog}) > 1000`,
      for: '10m',
      summary: 'More than a thousand events wait for {{ $labels.consumergroup }}.',
    },
  ],
};
