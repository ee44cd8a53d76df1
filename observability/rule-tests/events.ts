import { series } from '../series.ts';
import { type Case, firing, lasting, named, silent } from './case.ts';

const {
  countsWrong,
  outboxAge,
  purgeAge,
  unarchivedAge,
  deadLetters,
  deadLettersOpen,
  eventsConsumed,
  eventsSent,
  eventsRefused,
  eventsMissing,
  eventsUnjudgedAge,
  mailAttempts,
  webhookAttempts,
} = series;
const created = 'dev.dormouse.post.created.v1';
const oldest = (values: string) => ({ [named(outboxAge, { db_namespace: 'posts' })]: values });
const unarchived = (values: string) => ({ [named(unarchivedAge, { db_namespace: 'posts' })]: values });
const given = { dormouse_trigger: 'categories-post-events', messaging_destination_name: created };
const missed = { dormouse_trigger: 'categories-post-events' };
const consumer = { service_name: 'categories', messaging_destination_name: created };
const due = { service_name: 'webhooks', messaging_destination_name: 'dev.dormouse.webhook.due.v1' };
const refused = { service_name: 'categories', dormouse_reason: 'invalid' };
const lag = (values: string) => ({
  [named('kafka_consumergroup_lag', {
    consumergroup: 'knative-trigger-dormouse-categories-post-events',
    partition: '0',
  })]: values,
  [named('kafka_consumergroup_lag', {
    consumergroup: 'knative-trigger-dormouse-categories-post-events',
    partition: '1',
  })]: values,
});

export const eventCases: readonly Case[] = [
  ...lasting(
    '3m',
    firing('OutboxStuck', 'the oldest event becomes older and older', '10m', oldest('0+60x20'), {
      db_namespace: 'posts',
    }),
  ),
  silent('OutboxStuck', 'what a crash left behind was sent a minute later', '10m', oldest('0x4 70 0x15')),
  firing(
    'OutboxStuck',
    'the Broker refuses what functions send',
    '5m',
    { [named(eventsSent, { service_name: 'posts', error_type: '503' })]: '0x2 0+20x10' },
    { db_namespace: 'posts' },
  ),
  silent('OutboxStuck', 'one of ten was refused', '5m', {
    [named(eventsSent, { service_name: 'posts', error_type: '503' })]: '0x2 0+2x10',
    [named(eventsSent, { service_name: 'posts' })]: '0x2 0+18x10',
  }),
  silent('OutboxStuck', 'the broker was away for two minutes and is back', '10m', oldest('0x4 60 120 130 0x13')),

  ...lasting(
    '14m',
    firing('NotArchived', 'what is sent again does not reach the archive either', '20m', unarchived('0+60x30'), {
      db_namespace: 'posts',
    }),
  ),
  silent('NotArchived', 'what the Broker lost arrived when it was sent again', '20m', unarchived('0 60 120 180 0x20')),
  silent(
    'NotArchived',
    'the Broker was away for an hour, and what waited is archived a minute after',
    '20m',
    unarchived('0x5 3600 0x20'),
  ),

  ...lasting('23m', firing('RelaySilent', 'its last report is half an hour old', '35m', oldest('0x5'))),
  silent('RelaySilent', 'it reports every minute', '35m', oldest('0x40')),

  firing('EventsRefused', 'one was forged', '10m', { [named(eventsRefused, refused)]: '0x5 1x10' }, refused),
  silent('EventsRefused', 'that was an hour ago', '60m', { [named(eventsRefused, refused)]: '0x5 1x60' }),

  firing('DeadLetters', 'a trigger gave up on one event', '10m', { [named(deadLetters, given)]: '0x5 1x10' }, given),
  silent('DeadLetters', 'it did so an hour ago', '60m', { [named(deadLetters, given)]: '0x5 1x60' }),
  silent('DeadLetters', 'there were none', '10m', {}),

  ...lasting(
    '20h',
    firing('DeadLettersWait', 'one was found two days ago, and the journal has slept since', '49h', {
      [deadLettersOpen]: '0x5 1x5',
    }),
  ),
  silent('DeadLettersWait', 'they were redriven within a day', '49h', { [deadLettersOpen]: '0x5 3x600 0x5' }),

  ...lasting(
    '15m',
    firing(
      'EventsMissing',
      'a consumer has refused three events for an hour, looked at with growing pauses',
      '70m',
      { [named(eventsMissing, missed)]: '3 _ 3 _x3 3 _x8 3 _x16 3 _x30 3 _x10' },
      missed,
    ),
  ),
  silent('EventsMissing', 'lost events came again with the next tick', '70m', {
    [named(eventsMissing, missed)]: '0x10 20 20 0 _x57',
  }),
  silent('EventsMissing', 'a consumer was away for a quarter of an hour', '70m', {
    [named(eventsMissing, missed)]: '0x10 5 5 _ 5 _ _ 5 _x7 0 _x40',
  }),

  ...lasting(
    '25m',
    firing('CountsWrong', 'three were found once, and categories has slept since', '45m', {
      [countsWrong]: '0x5 3 _x60',
    }),
  ),
  silent('CountsWrong', 'late news have come since', '45m', { [countsWrong]: '0 _x4 3 _x4 0 _x60' }),

  ...lasting(
    '10m',
    firing('ReconciliationStopped', 'the journal does not answer the relay', '30m', {
      [eventsUnjudgedAge]: '0+60x40',
    }),
  ),
  silent('ReconciliationStopped', 'events are compared a few minutes after they were archived', '60m', {
    [eventsUnjudgedAge]: '0x5 60 120 180 20 80 140 0x50',
  }),

  ...lasting(
    '1m',
    firing(
      'HandlerFails',
      'half of the deliveries fail',
      '15m',
      {
        [named(eventsConsumed, consumer)]: '0+5x20',
        [named(eventsConsumed, { ...consumer, error_type: 'RetryEvent' })]: '0+5x20',
      },
      consumer,
    ),
  ),
  silent('HandlerFails', 'one of twenty fails', '15m', {
    [named(eventsConsumed, consumer)]: '0+19x20',
    [named(eventsConsumed, { ...consumer, error_type: 'RetryEvent' })]: '0+1x20',
  }),
  silent('HandlerFails', 'one delivery failed, and its retry did not', '15m', {
    [named(eventsConsumed, consumer)]: '0x5 1x15',
    [named(eventsConsumed, { ...consumer, error_type: '40001' })]: '0x5 1x15',
  }),
  silent('HandlerFails', 'receivers of webhooks fail', '15m', {
    [named(eventsConsumed, due)]: '0+5x20',
    [named(eventsConsumed, { ...due, error_type: 'RetryEvent' })]: '0+5x20',
  }),

  ...lasting(
    '12m',
    firing('MailRefused', 'the mail server refuses everything for an hour', '65m', {
      [named(mailAttempts, { dormouse_mail_outcome: 'refused' })]: '0+1x70',
    }),
  ),
  silent('MailRefused', 'one of three is refused', '65m', {
    [named(mailAttempts, { dormouse_mail_outcome: 'refused' })]: '0+1x70',
    [named(mailAttempts, { dormouse_mail_outcome: 'sent' })]: '0+2x70',
  }),
  silent('MailRefused', 'two mistyped addresses are refused', '65m', {
    [named(mailAttempts, { dormouse_mail_outcome: 'refused' })]: '0 1 2x60',
  }),

  ...lasting(
    '12m',
    firing('WebhooksFail', 'a receiver is down for an hour', '65m', {
      [named(webhookAttempts, { dormouse_webhook_outcome: 'failed' })]: '0+1x70',
      [named(webhookAttempts, { dormouse_webhook_outcome: 'delivered' })]: '0+0.5x70',
    }),
  ),
  silent('WebhooksFail', 'one of three fails', '65m', {
    [named(webhookAttempts, { dormouse_webhook_outcome: 'failed' })]: '0+1x70',
    [named(webhookAttempts, { dormouse_webhook_outcome: 'delivered' })]: '0+2x70',
  }),
  silent('WebhooksFail', 'a single delivery is tried a few times', '65m', {
    [named(webhookAttempts, { dormouse_webhook_outcome: 'failed' })]: '0 1 2 3 4 5 6 7x60',
  }),

  ...lasting(
    '10m',
    firing('CacheNotTold', 'a cache has not answered for an hour, and web looks each ten minutes', '60m', {
      [purgeAge]: '0 _x9 600 _x9 1200 _x9 1800 _x9 2400 _x9 3000 _x9 3600 _x9',
    }),
  ),
  silent('CacheNotTold', 'it answers again after twenty minutes', '60m', {
    [purgeAge]: '0 _x9 600 _x9 1200 _x9 0 _x9 0 _x9 0',
  }),

  ...lasting(
    '8m',
    firing('BrokerBacklog', '1200 events have waited for a quarter of an hour', '15m', lag('600x20'), {
      consumergroup: 'knative-trigger-dormouse-categories-post-events',
    }),
  ),
  firing(
    'BrokerBacklog',
    'the same happens on a laptop',
    '15m',
    {
      [named('dormouse_local_broker_backlog', { trigger: 'categories-post-events', service_name: 'platform' })]:
        '1200x20',
    },
    { consumergroup: 'categories-post-events' },
  ),
  silent('BrokerBacklog', 'some events are always under way', '15m', lag('40x20')),
  silent('BrokerBacklog', 'a replay is worked off within minutes', '15m', lag('5000-1000x5 0x15')),
];
