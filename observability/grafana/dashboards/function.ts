import { series } from '../../series.ts';
import type { Described } from '../dashboard.ts';
import { graph, logs, number, traces } from '../panels.ts';
import { part, quantile, rate } from '../promql.ts';

const { requestDuration, sqlDuration, processDuration } = series;
const its = 'service_name="$function"';
const failed = 'http_response_status_code=~"5.."';

export const functions: Described = {
  uid: 'function',
  title: 'Function',
  description: 'Any one function: its routes, its events, its statements, its process.',
  function: { of: `${requestDuration}_count` },
  rows: [
    {
      title: 'Now',
      panels: [
        number('Requests', 'reqps', rate(`${requestDuration}_count`, [], its)),
        number(
          'Failing',
          'percentunit',
          part(rate(`${requestDuration}_count`, [], its, failed), rate(`${requestDuration}_count`, [], its)),
          {
            limits: { warn: 0.001, bad: 0.05 },
          },
        ),
        number('p95', 's', quantile(0.95, requestDuration, [], its), { limits: { warn: 0.25, bad: 1 } }),
        number('Instances awake', 'locale', `count(${series.memory}{${its}} > 0)`),
        number('CPU', 'short', rate(series.cpuTime, [], its), { limits: { warn: 0.7, bad: 0.9 } }),
        number('Memory of the largest', 'bytes', `max(${series.memory}{${its}})`, {
          limits: { warn: 200e6, bad: 240e6 },
        }),
      ],
    },
    {
      title: 'Requests by route',
      panels: [
        graph('Rate', 'reqps', [
          {
            expr: rate(`${requestDuration}_count`, ['http_request_method', 'http_route'], its),
            legend: '{{http_request_method}} {{http_route}}',
          },
        ]),
        graph('By status', 'reqps', [
          {
            expr: rate(`${requestDuration}_count`, ['http_response_status_code'], its),
            legend: '{{http_response_status_code}}',
          },
        ]),
        graph('p95', 's', [
          {
            expr: quantile(0.95, requestDuration, ['http_request_method', 'http_route'], its),
            legend: '{{http_request_method}} {{http_route}}',
            exemplars: true,
          },
        ]),
      ],
    },
    {
      title: 'Statements, caches, starts',
      panels: [
        graph('SQL, p95', 's', [
          { expr: quantile(0.95, sqlDuration, ['db_query_summary'], its), legend: '{{db_query_summary}}' },
        ]),
        graph('Caches', 'cps', [
          {
            expr: rate(series.cacheRequests, ['dormouse_cache_name', 'dormouse_cache_result'], its),
            legend: '{{dormouse_cache_name}} {{dormouse_cache_result}}',
          },
        ]),
        graph('Start until the first answer, p95', 's', [
          { expr: quantile(0.95, series.firstResponseDuration, [], its), legend: 'first answer' },
        ]),
        graph('Events handled, p95', 's', [
          {
            expr: quantile(0.95, processDuration, ['messaging_destination_name'], its),
            legend: '{{messaging_destination_name}}',
          },
        ]),
        graph('Event loop delay', 's', [
          { expr: `max(${series.eventLoopDelayP50}{${its}})`, legend: 'p50' },
          { expr: `max(${series.eventLoopDelayP99}{${its}})`, legend: 'p99' },
        ]),
        graph('Event loop utilization', 'percentunit', [
          { expr: `${series.eventLoopUtilization}{${its}}`, legend: '{{instance}}' },
        ]),
      ],
    },
    {
      title: 'Its traces and logs',
      panels: [
        traces('Its slowest requests', '{ resource.service.name = "$function" && kind = server && duration > 100ms }'),
        logs('Its logs', '{service_name="$function"} | json | drop __error__, __error_details__'),
      ],
    },
  ],
};
