import { edgeDuration } from '../edge.ts';
import { series } from '../series.ts';
import { type Case, firing, named, silent } from './case.ts';

const { eventAge, deadLetters, eventsSent, eventsResent, eventsRedelivered, mailDelay, webhookDelay } = series;

/** Bad and all per minute, for so many minutes, and then all well for so many. */
type Traffic = (bad: number, all: number, minutes: number, well?: number) => Case['series'];

const grows = (perMinute: number, minutes: number, then: number, thenMinutes: number) =>
  `0+${perMinute}x${minutes}${thenMinutes > 0 ? ` ${perMinute * minutes + then}+${then}x${thenMinutes - 1}` : ''}`;

const posts = { dormouse_entry: 'ingress', dormouse_ingress_route: 'posts', kn_service_name: 'posts' };
const labelsOf: Readonly<Record<string, Record<string, string>>> = {
  Reads: { ...posts, http_request_method: 'GET' },
  Writes: { ...posts, http_request_method: 'POST' },
  Logins: { ...posts, kn_service_name: 'auth', http_request_method: 'POST', dormouse_ingress_route: 'auth-login' },
};
const limits: Readonly<Record<string, string>> = { Reads: '0.25', Writes: '0.5', Logins: '1' };

const failing =
  (what: string): Traffic =>
  (bad, all, minutes, well = 0) => ({
    [named(`${edgeDuration}_count`, { ...labelsOf[what], http_response_status_class: '2xx' })]: grows(
      all - bad,
      minutes,
      all,
      well,
    ),
    [named(`${edgeDuration}_count`, { ...labelsOf[what], http_response_status_class: '5xx' })]: grows(
      bad,
      minutes,
      0,
      well,
    ),
  });

const slow =
  (what: string): Traffic =>
  (bad, all, minutes, well = 0) => ({
    [named(`${edgeDuration}_count`, { ...labelsOf[what], http_response_status_class: '2xx' })]: grows(
      all,
      minutes,
      all,
      well,
    ),
    [named(`${edgeDuration}_bucket`, { ...labelsOf[what], http_response_status_class: '2xx', le: limits[what]! })]:
      grows(all - bad, minutes, all, well),
  });

const late =
  (type: string, bound: string, consumer = 'categories'): Traffic =>
  (bad, all, minutes, well = 0) => ({
    [named(eventsSent, { service_name: 'posts', messaging_destination_name: type })]: grows(all, minutes, all, well),
    [named(`${eventAge}_count`, { service_name: consumer, messaging_destination_name: type })]: grows(
      all,
      minutes,
      all,
      well,
    ),
    [named(`${eventAge}_bucket`, { service_name: consumer, messaging_destination_name: type, le: bound })]: grows(
      all - bad,
      minutes,
      all,
      well,
    ),
  });

const waiting =
  (delay: string, service: string): Traffic =>
  (bad, all, minutes, well = 0) => ({
    [named(`${delay}_count`, { service_name: service })]: grows(all, minutes, all, well),
    [named(`${delay}_bucket`, { service_name: service, le: '30.0' })]: grows(all - bad, minutes, all, well),
  });

/** Parts of a thousand that are bad: far too many, a few too many, within the budget. */
interface Shares {
  page: number;
  ticket: number;
  within: number;
}

const strict: Shares = { page: 40, ticket: 10, within: 0.5 };
const lenient: Shares = { page: 400, ticket: 100, within: 5 };

function stories(alert: string, slo: string, traffic: Traffic, shares: Shares): Case[] {
  const { page, ticket } = shares;
  return [
    ...brief(alert, slo, traffic, shares),
    firing(alert, `${ticket} of 1000 are bad for an hour`, '1h', traffic(ticket, 1000, 60), {
      slo,
      severity: 'ticket',
    }),
    silent(alert, 'it was bad for half an hour and is well again for 40 minutes', '70m', traffic(page, 1000, 30, 45)),
    silent(alert, `${ticket} of 1000 were bad for ten minutes`, '25m', traffic(ticket, 1000, 10, 20)),
    silent(alert, 'two of five at night are bad', '40m', traffic(0.1, 0.25, 20, 20)),
    silent(alert, 'everything sleeps', '30m', {}),
  ];
}

/** Of an objective that differs from one with all stories in what it counts alone. */
const brief = (alert: string, slo: string, traffic: Traffic, { page, within }: Shares): Case[] => [
  firing(
    alert,
    `${page} of 1000 are bad for half an hour`,
    '30m',
    traffic(page, 1000, 30),
    { slo, severity: 'page' },
    { slo, severity: 'ticket' },
  ),
  silent(alert, `${within} of 1000 are bad, as the budget allows`, '30m', traffic(within, 1000, 30)),
];

const created = 'dev.dormouse.post.created.v1';
const lost = { messaging_destination_name: created };

export const objectiveCases: readonly Case[] = [
  ...['Reads', 'Writes', 'Logins'].flatMap((what) => {
    const casesFor = what === 'Reads' ? stories : brief;
    return [
      ...casesFor(`${what}Unavailable`, `${what.toLowerCase()}-available`, failing(what), strict),
      ...casesFor(`${what}Slow`, `${what.toLowerCase()}-fast`, slow(what), lenient),
    ];
  }),
  silent(
    'ReadsUnavailable',
    'one of seven failed for a minute, which is all that a young Prometheus knows',
    '3m',
    failing('Reads')(140, 1000, 1, 5),
  ),
  silent('ReadsUnavailable', 'only functions ask each other in vain', '30m', {
    [named(`${edgeDuration}_count`, {
      ...labelsOf.Reads,
      dormouse_entry: 'local',
      http_response_status_class: '5xx',
    })]: '0+20x30',
  }),
  silent('ReadsSlow', 'only those who wake a function wait', '30m', {
    ...slow('Reads')(0, 1000, 30),
    [named(`${edgeDuration}_count`, {
      ...labelsOf.Reads,
      http_response_status_class: '2xx',
      faas_coldstart: 'true',
    })]: '0+500x30',
  }),
  ...stories('EventsLate', 'events-delivered', late('dev.dormouse.user.registered.v1', '30.0'), strict),
  firing(
    'EventsLate',
    'events become dead letters',
    '30m',
    { [named(deadLetters, { dormouse_trigger: 'categories-post-events' })]: '0+1x30' },
    { slo: 'events-delivered', severity: 'page' },
  ),
  firing(
    'EventsLate',
    'the Broker loses 40 of 1000 events, and nothing is heard of them but that they are sent again',
    '30m',
    { ...late(created, '30.0')(0, 1000, 30), [named(eventsResent, lost)]: '0+40x30' },
    { slo: 'events-delivered', severity: 'page' },
    { slo: 'events-delivered', severity: 'ticket' },
  ),
  firing(
    'EventsLate',
    'the Broker loses everything',
    '30m',
    { [named(eventsSent, { service_name: 'posts', ...lost })]: '0+10x30', [named(eventsResent, lost)]: '0+10x30' },
    { slo: 'events-delivered', severity: 'page' },
  ),
  firing(
    'EventsLate',
    'the Broker archives everything and delivers 40 of 1000 to nobody, until the journal does',
    '30m',
    {
      ...late(created, '30.0')(0, 1000, 30),
      [named(eventsRedelivered, { dormouse_trigger: 'counts', dormouse_redelivery_outcome: 'taken' })]: '0+40x30',
    },
    { slo: 'events-delivered', severity: 'page' },
    { slo: 'events-delivered', severity: 'ticket' },
  ),
  silent('EventsLate', 'there are events that only the archive takes', '30m', {
    [named(eventsSent, { service_name: 'auth', messaging_destination_name: 'dev.dormouse.user.registered.v1' })]:
      '0+10x30',
  }),
  silent('EventsLate', 'the Broker does not take events: of them OutboxStuck tells', '30m', {
    ...late(created, '30.0')(0, 1000, 30),
    [named(eventsSent, { service_name: 'posts', messaging_destination_name: created, error_type: '503' })]: '0+500x30',
  }),
  silent('EventsLate', 'only receivers of webhooks let wait', '30m', {
    ...late('dev.dormouse.webhook.due.v1', '30.0')(400, 1000, 30),
    [named(deadLetters, { messaging_destination_name: 'dev.dormouse.webhook.due.v1' })]: '0+10x30',
  }),
  ...brief('WebhooksLate', 'webhooks-prompt', waiting(webhookDelay, 'webhooks'), lenient),
  ...brief('MailsLate', 'mails-prompt', waiting(mailDelay, 'mail'), lenient),
  ...stories('CommentsStale', 'comments-fresh', late('dev.dormouse.comment.created.v1', '5', 'web'), lenient),
  silent(
    'CommentsStale',
    'only counts of categories are late',
    '30m',
    late('dev.dormouse.comment.created.v1', '5')(400, 1000, 30),
  ),
  ...stories('CountsStale', 'counts-fresh', late('dev.dormouse.post.created.v1', '5'), lenient),
];
