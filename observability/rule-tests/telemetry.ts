import { platformSeries, series } from '../series.ts';
import { type Case, firing, lasting, named, silent } from './case.ts';

const up = (job: string, values: string) => ({ [named('up', { job, instance: `${job}:80` })]: values });
const dropped = { service_name: 'posts', dormouse_signal: 'spans' };
const failed = (kind: string, values: string) => ({
  [named(`otelcol_exporter_send_failed_${kind}_total`, { exporter: 'otlp_grpc/tempo' })]: values,
});
const group = { rule_group: '/etc/prometheus/rules/slo.yaml;slo' };
const unevaluated = (values: string) => ({ [named('prometheus_rule_evaluation_failures_total', group)]: values });

const watched = (alert: string, job: string): Case[] => [
  ...lasting('5m', firing(alert, 'it does not answer', '15m', up(job, '1x3 0x20'))),
  firing(alert, 'it is not there any more', '15m', up(job, '1x3')),
  silent(alert, 'it answers', '15m', up(job, '1x20')),
  silent(alert, 'it was started again', '15m', up(job, '1x5 0 1x20')),
  silent(alert, 'one of two answers', '15m', {
    ...up(job, '1x20'),
    [named('up', { job, instance: 'other:80' })]: '0x20',
  }),
];

/** The collector, and what it sends to. */
export const storeCases: readonly Case[] = [
  ...watched('CollectorDown', 'otel-collector'),
  ...watched('LokiDown', 'loki'),
  ...watched('TempoDown', 'tempo'),

  ...lasting(
    '4m',
    firing('TelemetryLost', 'spans cannot be sent', '15m', failed('spans', '0+10x20'), { exporter: 'otlp_grpc/tempo' }),
  ),
  firing('TelemetryLost', 'measures cannot be sent', '15m', failed('metric_points', '0+10x20'), {
    exporter: 'otlp_grpc/tempo',
  }),
  firing('TelemetryLost', 'logs cannot be sent', '15m', failed('log_records', '0+10x20'), {
    exporter: 'otlp_grpc/tempo',
  }),
  silent('TelemetryLost', 'it happened once', '15m', failed('spans', '0x2 10x20')),
];

const refused = (dormouse_signal: string, dormouse_cause: string, values: string) => ({
  [named(platformSeries.telemetryRefused, { dormouse_sender: 'posts', dormouse_signal, dormouse_cause })]: values,
});

export const telemetryCases: readonly Case[] = [
  ...lasting(
    '1m',
    firing('ClockWrong', 'what a function measures is of the future', '5m', refused('metrics', 'future', '0+30x10'), {
      dormouse_sender: 'posts',
    }),
  ),
  firing('ClockWrong', 'it is of the past', '5m', refused('metrics', 'past', '0+30x10'), { dormouse_sender: 'posts' }),
  silent('ClockWrong', 'the clock was set right two minutes ago', '5m', refused('metrics', 'future', '0 30 60 60x10')),
  silent('ClockWrong', 'a function has too many series', '5m', refused('metrics', 'series', '0+30x10')),
  silent('ClockWrong', 'somebody sends old spans', '5m', refused('traces', 'past', '0+30x10')),

  firing(
    'TelemetryDropped',
    'a function throws spans away',
    '20m',
    { [named(series.dropped, dropped)]: '0+10x20' },
    dropped,
  ),
  firing(
    'TelemetryDropped',
    'a function says what it threw away and falls asleep',
    '12m',
    { [named(series.dropped, dropped)]: '0 _x6 1595' },
    dropped,
  ),
  silent('TelemetryDropped', 'that was more than half an hour ago', '40m', {
    [named(series.dropped, dropped)]: '0 _x6 1595',
  }),
  silent('TelemetryDropped', 'none does', '20m', { [named(series.dropped, dropped)]: '0x20' }),

  ...lasting('4m', firing('RulesFail', 'a group fails each time', '15m', unevaluated('0+2x20'), group)),
  silent('RulesFail', 'none fails', '15m', unevaluated('0x20')),

  firing('Watchdog', 'all is well', '1m', {}),
];
