import { randomUUID } from 'node:crypto';
import type { PingSource } from '@dormouse/manifests/model';
import { ManifestError } from '@dormouse/manifests/yaml/origin';
import type { Upstream } from '@dormouse/serving/proxy/upstream';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import { newSpanId, newTraceId, writeTraceparent } from '@dormouse/telemetry/traceparent';
import type { SpanEvent } from '@dormouse/telemetry/traces';
import { type Clock, systemClock } from '@dormouse/time/clock';
import { parseCron, type Schedule } from '@dormouse/time/cron';
import { type Attempt, addressOf, attempt } from './delivery/attempt.ts';
import { eventAttributes } from './delivery/delivery-span.ts';
import type { CloudEvent } from './store/cloudevents.ts';

export interface PingSources {
  /**
   * Applies a changed set.
   *
   * @throws ManifestError when a schedule is not understood; then nothing is changed
   */
  update(sources: readonly PingSource[]): void;
  stop(): void;
}

export interface PingOptions {
  sources: readonly PingSource[];
  upstream: Upstream;
  telemetry: Telemetry;
  clock?: Clock;
}

/** Pauses before the second, third and fourth attempt. */
const pausesMs = [1_000, 4_000, 10_000];
const timeoutMs = 60_000;
/** Timers count in 31 bits, and a machine may have slept: a long wait is looked at again each hour. */
const maxWaitMs = 60 * 60 * 1000;

/**
 * Sends each source's event at its times (sources.knative.dev/v1 PingSource). A tick that fell into a time when the
 * platform was down, or the machine asleep for more than a minute, is not made up.
 *
 * @throws ManifestError when a schedule is not understood
 */
export function startPingSources({ sources, upstream, telemetry, clock = systemClock }: PingOptions): PingSources {
  const running = new Map<string, { declared: string; cancel: () => void }>();
  const apply = (wanted: readonly PingSource[]) => {
    const schedules = new Map(wanted.map((source) => [source, scheduleOf(source)]));
    const names = new Set(wanted.map(keyOf));
    for (const [name, { cancel }] of running) {
      if (names.has(name)) continue;
      cancel();
      running.delete(name);
    }
    for (const [source, schedule] of schedules) {
      const declared = JSON.stringify({ ...source, origin: undefined });
      const present = running.get(keyOf(source));
      if (present?.declared === declared) continue;
      present?.cancel();
      running.set(keyOf(source), {
        declared,
        cancel: runOne(schedule, clock, () => void ping(source, { upstream, telemetry, clock })),
      });
    }
  };
  apply(sources);
  return {
    update: apply,
    stop() {
      for (const { cancel } of running.values()) cancel();
      running.clear();
    },
  };
}

const keyOf = ({ namespace, name }: PingSource) => `${namespace}/${name}`;

function scheduleOf({ schedule, timezone, origin, name }: PingSource): Schedule {
  try {
    return parseCron(schedule, timezone);
  } catch (error) {
    throw new ManifestError(origin, `PingSource ${name}: ${(error as Error).message}`);
  }
}

function runOne(schedule: Schedule, clock: Clock, tick: () => void): () => void {
  let timer: unknown;
  const plan = (due: number | undefined) => {
    if (due === undefined) return;
    timer = clock.setTimeout(
      () => {
        const late = clock.now() - due;
        if (late >= 0 && late < 60_000) tick();
        plan(late < 0 ? due : schedule.next(clock.now()));
      },
      Math.min(maxWaitMs, due - clock.now()),
    );
  };
  plan(schedule.next(clock.now()));
  return () => clock.clearTimeout(timer);
}

async function ping(
  source: PingSource,
  { upstream, telemetry, clock }: { upstream: Upstream; telemetry: Telemetry; clock: Clock },
): Promise<void> {
  const startMs = clock.now();
  const started = performance.now();
  const trace = { traceId: newTraceId(), spanId: newSpanId(), sampled: true };
  const event = eventOf(source, startMs);
  const events: SpanEvent[] = [];
  let made: Attempt;
  for (let tries = 0; ; tries++) {
    made = await attempt(upstream, source.sink, event, {
      traceparent: writeTraceparent(trace),
      timeoutMs,
      replies: 'unasked',
    });
    const pause = pausesMs[tries];
    if (made.verdict !== 'retry' || pause === undefined) break;
    events.push({
      name: 'retry',
      timeMs: clock.now(),
      attributes: { attempt: tries + 1, cause: made.cause, delay_ms: pause },
    });
    await new Promise<void>((resolve) => clock.setTimeout(resolve, pause));
  }
  const failed = made.verdict !== 'done';
  if (failed) {
    const message = `PingSource ${source.name}: ${addressOf(source.sink)} did not take the event: ${made.cause}`;
    telemetry.addLog({
      timeMs: clock.now(),
      service: 'pingsource',
      instance: source.name,
      level: 'warn',
      message,
      traceId: trace.traceId,
      spanId: trace.spanId,
    });
  }
  telemetry.addSpan({
    traceId: trace.traceId,
    spanId: trace.spanId,
    name: `send ${source.name}`,
    kind: 'producer',
    service: 'pingsource',
    startMs,
    durationMs: performance.now() - started,
    attributes: {
      'messaging.system': 'knative',
      'messaging.operation.type': 'send',
      'messaging.destination.name': addressOf(source.sink),
      ...eventAttributes(event.attributes),
      ...(made.status === undefined ? {} : { 'http.response.status_code': made.status }),
    },
    ...(failed ? { error: true } : {}),
    ...(events.length > 0 ? { events } : {}),
  });
}

function eventOf(source: PingSource, nowMs: number): CloudEvent {
  const { namespace, name, contentType, extensions } = source;
  const data = dataOf(source);
  return {
    attributes: {
      specversion: '1.0',
      id: randomUUID(),
      type: 'dev.knative.sources.ping',
      source: `/apis/v1/namespaces/${namespace}/pingsources/${name}`,
      time: new Date(nowMs).toISOString(),
      ...(data === undefined || contentType === undefined ? {} : { datacontenttype: contentType }),
      ...extensions,
    },
    data,
  };
}

function dataOf({ data, dataBase64 }: PingSource): Buffer | undefined {
  if (dataBase64 !== undefined) return Buffer.from(dataBase64, 'base64');
  return data === undefined ? undefined : Buffer.from(data);
}
