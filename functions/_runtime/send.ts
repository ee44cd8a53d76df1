import { readFile } from 'node:fs/promises';
import { metrics } from '@dormouse/signals/metrics';
import { type Context, context, trace } from '@opentelemetry/api';
import type { StoredEvent } from './cloudevent.ts';
import { exchange } from './http.ts';
import { inGroups } from './in-groups.ts';
import { measure, timed } from './measure.ts';
import {
  type Attributes,
  currentTrace,
  inSpan,
  isSampledTrace,
  type Link,
  parseTrace,
  spanError,
  type TraceContext,
  traceHeaders,
} from './trace.ts';

let writing: Promise<typeof import('./write-event.ts')> | undefined;

/** Hands one event to the Broker. Resolves once the Broker has stored it, rejects otherwise. */
export interface Send {
  (event: StoredEvent): Promise<void>;
  /**
   * Hands several on, in their order, with what comes together from others in the same request; undefined where the Broker is not known to take
   * several. If it rejects, some may have been stored all the same.
   */
  readonly all?: ((events: readonly StoredEvent[]) => Promise<void>) | undefined;
}

interface SendOptions {
  timeoutMs?: number;
  tokenFile?: string | undefined;
}

/**
 * Sends to the Broker at `sink` in binary mode, in a producer span that continues the trace the event began in. Whoever sends it in another
 * trace, as the relay does, is linked. With a `tokenFile` it says who it is by the token in it, read anew each time: Kubernetes replaces it
 * within the hour.
 *
 * Nobody may be sent a batch who has not asked for it (CloudEvents HTTP binding, section 3). A Broker asks by naming its media type in the
 * header `Accept-Post` of an answer, as that of the local platform does; Knative's own brokers, which refuse batches, never do.
 */
export function httpSend(sink: string, { timeoutMs = 10_000, tokenFile }: SendOptions = {}): Send {
  let asked = false;
  let refused = false;
  /** @throws Error with the status as its `code` when the Broker has not taken it */
  const post = async (headers: Record<string, string>, body: string) => {
    const response = await exchange(sink, {
      method: 'POST',
      headers: {
        ...headers,
        ...traceHeaders(),
        ...(tokenFile && { authorization: `Bearer ${await readFile(tokenFile, 'utf8')}` }),
      },
      body,
      timeoutMs,
      repeatable: true,
    });
    if (response.status < 200 || response.status > 299)
      throw Object.assign(new Error(`the broker answered ${response.status}`), { code: String(response.status) });
    asked ||= accepts(response.headers['accept-post']);
  };
  const one = async (event: StoredEvent) => {
    // Only who sends an event pays for the SDK.
    const { binaryHeaders } = await (writing ??= import('./write-event.ts'));
    await post(binaryHeaders(event), event.data);
  };
  const batch = inGroups<Unit>(
    async (units) => {
      const { batchText, batchType } = await (writing ??= import('./write-event.ts'));
      const events = units.flatMap((unit) => unit.events);
      const { within } = units.find((unit) => isSampledTrace(contextOf(unit))) ?? (units[0] as Unit);
      try {
        await context.with(within, () => post({ 'content-type': batchType }, batchText(events)));
        return undefined;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const fates: PromiseSettledResult<void>[] = [];
        for (const unit of units) fates.push(...(await Promise.allSettled([inTurn(unit, one)])));
        // If they can be sent alone, it was the batch that the Broker did not want.
        refused ||= fates.every(({ status }) => status === 'fulfilled');
        return fates;
      }
    },
    { size: ({ events }) => events.reduce((sum, event) => sum + bytesOf(event), 0), mostSize: batchBytes },
  );
  const send = (event: StoredEvent) => inProducerSpan(event, () => one(event));
  return Object.defineProperty(send, 'all', {
    get: () =>
      asked && !refused
        ? async (events: readonly StoredEvent[]) => {
            let sent: Promise<void> | undefined;
            await Promise.all(
              events.map((event) =>
                inProducerSpan(event, () => (sent ??= batch({ events, within: context.active() }))),
              ),
            );
          }
        : undefined,
  });
}

/** Events that are in one batch, and the context of the first one's span. */
interface Unit {
  events: readonly StoredEvent[];
  within: Context;
}

const contextOf = ({ within }: Unit) => trace.getSpanContext(within);

async function inTurn({ events, within }: Unit, send: (event: StoredEvent) => Promise<void>): Promise<void> {
  for (const event of events) await context.with(within, () => send(event));
}

/** Half of what a request to the Broker of the local platform may have. */
const batchBytes = 512 * 1024;

/** Not less than the event has in a batch; its other attributes are names. */
const bytesOf = ({ data, dssematerial }: StoredEvent): number =>
  Buffer.byteLength(data) + (dssematerial?.length ?? 0) + 2048;

/** Whether an `Accept-Post` header names batches of events (https://www.w3.org/TR/ldp/#header-accept-post). */
const accepts = (header: string | string[] | undefined): boolean =>
  [header ?? []].flat().some((value) => value.toLowerCase().includes('application/cloudevents-batch+json'));

/** Whether a batch was refused for what it is: not for lack of time, or of a place. */
const isRefusal = (error: unknown): boolean =>
  /^4\d\d$/.test((error as { code?: string }).code ?? '') && !/^4(08|09|25|29)$/.test((error as { code: string }).code);

function inProducerSpan(event: StoredEvent, work: () => Promise<void>): Promise<void> {
  const origin = parseTrace(event.traceparent, event.tracestate);
  return inSpan(
    `send ${event.type}`,
    { kind: 'producer', attributes: attributesOf(event), parent: origin, ...senderLink(origin) },
    () => timed(work, (seconds, error) => measureSent(event.type, seconds, error)),
  );
}

function measureSent(type: string, seconds: number, error: unknown): void {
  const attributes = measuredAs('send', type, error);
  measure(metrics.eventsSent, 1, attributes);
  measure(metrics.sendDuration, seconds, attributes);
}

/** What the metrics of messaging are told apart by. */
export const measuredAs = (operation: 'send' | 'process', type: string, error: unknown) => ({
  'messaging.system': 'knative',
  'messaging.operation.name': operation,
  'messaging.destination.name': type,
  ...(error !== undefined && { 'error.type': spanError(error).type }),
});

/** A link to the running trace, when that is not the event's own. */
function senderLink(origin: TraceContext | undefined): { links?: Link[] } {
  const running = currentTrace();
  if (!origin || !running || !isSampledTrace(running) || running.traceId === origin.traceId) return {};
  return { links: [{ traceId: running.traceId, spanId: running.spanId }] };
}

/** Attributes of a messaging span; Knative's own spelling (`cloudevents.type`) is understood by the dashboards as well. */
export const attributesOf = (
  event: Pick<StoredEvent, 'id' | 'type' | 'source' | 'subject'>,
  operation: 'send' | 'process' = 'send',
): Attributes => ({
  'messaging.system': 'knative',
  'messaging.operation.name': operation,
  'messaging.operation.type': operation,
  'messaging.destination.name': event.type,
  'messaging.message.id': event.id,
  'cloudevents.event_id': event.id,
  'cloudevents.event_type': event.type,
  'cloudevents.event_source': event.source,
  'cloudevents.event_subject': event.subject,
});
