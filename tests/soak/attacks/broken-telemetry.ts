import { gzipSync } from 'node:zlib';
import { ask } from '../ask.ts';
import { type Attack, atRate } from '../attack.ts';

const named = (name: string) => ({ resource: { attributes: [{ key: 'service.name', value: { stringValue: name } }] } });
const span = (changes: object) => ({
  resourceSpans: [
    {
      ...named('broken'),
      scopeSpans: [{ spans: [{ traceId: '1'.repeat(32), spanId: '1'.repeat(16), name: 'x', kind: 1, ...changes }] }],
    },
  ],
});
const line = (changes: object) => ({
  resourceLogs: [{ ...named('broken'), scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' }, ...changes }] }] }],
});

const bodies: readonly (readonly [string, unknown])[] = [
  ['/v1/traces', span({ startTimeUnixNano: '9'.repeat(23), endTimeUnixNano: '-1' })],
  ['/v1/traces', span({ kind: 'constructor', status: { code: '__proto__' } })],
  ['/v1/traces', span({ traceId: 'x', spanId: null })],
  ['/v1/traces', span({ attributes: Array.from({ length: 5_000 }, (_, n) => ({ key: `k${n}`, value: {} })) })],
  ['/v1/logs', line({ timeUnixNano: '9'.repeat(23) })],
  ['/v1/logs', line({ severityNumber: 'constructor', severityText: '__proto__' })],
  ['/v1/logs', line({ body: { kvlistValue: { values: [{ key: '__proto__', value: { stringValue: 'x' } }] } } })],
  [
    '/v1/metrics',
    {
      resourceMetrics: [
        { ...named('broken'), scopeMetrics: [{ metrics: [{ name: '__proto__', sum: { dataPoints: [{}] } }] }] },
      ],
    },
  ],
  ['/v1/traces', { resourceSpans: 'x' }],
  ['/v1/logs', []],
  ['/v1/metrics', null],
];

/** 20 kB that become 20 MB. */
const bomb = gzipSync(Buffer.alloc(20_000_000));

/** Telemetry that is broken, from a program of this machine. */
export const brokenTelemetry: Attack = {
  name: 'broken OTLP',
  run: (context, tally) =>
    atRate(2, context, tally, async () => {
      const { site, random } = context;
      const { port, pathname } = new URL(site.otlp);
      const [path, content] = random.pick(bodies);
      const json = Buffer.from(JSON.stringify(content));
      const noise = Buffer.from(Array.from({ length: random.whole(1, 300) }, () => random.whole(0, 256)));
      const protobuf = 'application/x-protobuf';
      const [type, body, coding] = random.pick([
        ['application/json', json, undefined],
        ['application/json', json.subarray(0, random.whole(0, json.length)), undefined],
        ['application/json', Buffer.from(`${'['.repeat(20_000)}`), undefined],
        [protobuf, noise, undefined],
        [protobuf, Buffer.concat([Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x07]), noise]), undefined],
        [protobuf, noise, 'gzip'],
        [protobuf, bomb, 'gzip'],
        ['text/plain', json, 'br'],
      ] as const);
      const { status } = await ask({
        port: Number(port),
        method: 'POST',
        path: `${pathname.replace(/\/$/, '')}${path}`,
        headers: {
          'content-type': type,
          authorization: `Bearer ${site.secret}`,
          ...(coding && { 'content-encoding': coding }),
        },
        body,
      });
      tally.count(status);
      if (status >= 500 && status !== 503) tally.breach(`${type} ${coding ?? ''} to ${path}: ${status}`);
    }),
};
