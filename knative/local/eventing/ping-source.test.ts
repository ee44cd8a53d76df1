import type { PingSource } from '@dormouse/manifests/model';
import { ManifestError } from '@dormouse/manifests/yaml/origin';
import type { UpstreamRequest } from '@dormouse/serving/proxy/upstream';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { virtualClock } from '@dormouse/time/virtual-clock';
import { describe, expect, test } from 'vitest';
import { startPingSources } from './ping-source.ts';

const source = (more: Partial<PingSource> = {}): PingSource => ({
  name: 'tick',
  namespace: 'dormouse',
  schedule: '* * * * *',
  timezone: undefined,
  contentType: undefined,
  data: undefined,
  sink: { kind: 'service', name: 'relay', namespace: 'dormouse', path: '/drain' },
  extensions: {},
  origin: { file: 'ping.yaml', line: 7 },
  ...more,
});

function start(sources: PingSource[], statusOf: (n: number) => number = () => 202) {
  const clock = virtualClock(Date.parse('2026-01-01T00:00:30Z'));
  const telemetry = new Telemetry();
  const sent: (UpstreamRequest & { at: string })[] = [];
  const upstream = {
    request: async (_: unknown, request: UpstreamRequest) => {
      sent.push({ ...request, at: new Date(clock.now()).toISOString() });
      return { status: statusOf(sent.length), headers: {}, body: Buffer.alloc(0) };
    },
  };
  return { clock, telemetry, sent, pings: startPingSources({ sources, upstream, telemetry, clock }) };
}

describe('a PingSource', () => {
  test('sends its event at each of its times', async () => {
    const { clock, sent } = start([
      source({ data: '{"a":1}', contentType: 'application/json', extensions: { team: 'blog' } }),
    ]);
    await clock.advance(120_000);
    expect(sent.map(({ at }) => at)).toEqual(['2026-01-01T00:01:00.000Z', '2026-01-01T00:02:00.000Z']);
    expect(sent[0]).toMatchObject({
      method: 'POST',
      path: '/drain',
      headers: {
        'ce-type': 'dev.knative.sources.ping',
        'ce-source': '/apis/v1/namespaces/dormouse/pingsources/tick',
        'ce-time': '2026-01-01T00:01:00.000Z',
        'ce-team': 'blog',
        'content-type': 'application/json',
      },
    });
    expect(sent[0]?.body.toString()).toBe('{"a":1}');
    expect(sent[0]?.headers['ce-id']).not.toBe(sent[1]?.headers['ce-id']);
  });

  test('sends what data says, with a content type only where one is given', async () => {
    const { clock, sent } = start([
      source({ name: 'base64', dataBase64: 'AP8=', contentType: 'application/octet-stream' }),
      source({ name: 'text', data: '{"a":1}' }),
    ]);
    await clock.advance(60_000);
    const of = (name: string) => sent.find(({ headers }) => headers['ce-source']?.endsWith(`/${name}`));
    expect(of('base64')?.body.toString('hex')).toBe('00ff');
    expect(of('base64')?.headers['content-type']).toBe('application/octet-stream');
    expect(of('text')?.body.toString()).toBe('{"a":1}');
    expect(of('text')?.headers).not.toHaveProperty('content-type');
  });

  test('keeps a schedule with seconds', async () => {
    const { clock, sent } = start([source({ schedule: '*/20 * * * * *' })]);
    await clock.advance(60_000);
    expect(sent.map(({ at }) => at.slice(14, 19))).toEqual(['00:40', '01:00', '01:20']);
  });

  test('tries again a few times, with one trace', async () => {
    const { clock, sent, telemetry } = start([source()], (n) => (n < 3 ? 503 : 202));
    await clock.advance(40_000);
    expect(sent.map(({ at }) => at.slice(17, 19))).toEqual(['00', '01', '05']);
    expect(new Set(sent.map(({ headers }) => headers.traceparent)).size).toBe(1);
    const trace = telemetry.trace(sent[0]?.headers.traceparent?.slice(3, 35) ?? '');
    expect(trace).toMatchObject([
      { name: 'send tick', kind: 'producer', events: [{ name: 'retry' }, { name: 'retry' }] },
    ]);
  });

  test('says in the log that nobody took its event', async () => {
    const { clock, sent, telemetry } = start([source()], () => 503);
    await clock.advance(59_000);
    expect(sent).toHaveLength(4);
    expect(telemetry.logLines()).toMatchObject([
      {
        level: 'warn',
        message: 'PingSource tick: http://relay.dormouse.svc.cluster.local/drain did not take the event: answered 503',
      },
    ]);
  });

  test('makes no missed tick up', async () => {
    const { clock, sent } = start([source({ schedule: '0 0 * * *' })]);
    await clock.advance(24 * 3_600_000);
    expect(sent.map(({ at }) => at)).toEqual(['2026-01-02T00:00:00.000Z']);
    const late = start([source()]);
    const { now } = late.clock;
    late.clock.now = () => now() + 10 * 60_000; // as after a sleep of the machine
    await late.clock.advance(30_000);
    expect(late.sent).toEqual([]);
  });

  test('keeps, changes and ends with an update', async () => {
    const { clock, sent, pings } = start([source({ name: 'kept' }), source({ name: 'gone' })]);
    pings.update([source({ name: 'kept', schedule: '*/2 * * * *' }), source({ name: 'new' })]);
    await clock.advance(120_000);
    const names = sent.map(({ at, headers }) => `${at.slice(14, 16)} ${headers['ce-source']?.split('/').at(-1)}`);
    expect(names.sort()).toEqual(['01 new', '02 kept', '02 new']);
    pings.stop();
    expect(clock.waiting).toBe(0);
  });

  test('with an invalid schedule is rejected with its source position', () => {
    expect(() => start([source({ schedule: 'hourly' })])).toThrow(ManifestError);
    expect(() => start([source({ schedule: 'hourly' })])).toThrow(
      'ping.yaml:7: PingSource tick: schedule "hourly" has 1 fields',
    );
  });
});
