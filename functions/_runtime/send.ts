import { readFile } from 'node:fs/promises';
import { metrics } from '@dormouse/signals/metrics';
import type { StoredEvent } from './cloudevent.ts';
import { exchange } from './http.ts';
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
export type Send = (event: StoredEvent) => Promise<void>;

/**
 * Sends to the Broker at `sink` in binary mode, in a producer span that continues the trace the event began in. Whoever sends it in another
 * trace, as the relay does, is linked. With a `tokenFile` it says who it is by the token in it, read anew each time: Kubernetes replaces it
 * within the hour.
 */
export function httpSend(
  sink: string,
  { timeoutMs = 10_000, tokenFile }: { timeoutMs?: number; tokenFile?: string | undefined } = {},
): Send {
  return (event) => {
    const origin = parseTrace(event.traceparent, event.tracestate);
    return inSpan(
      `send ${event.type}`,
      { kind: 'producer', attributes: attributesOf(event), parent: origin, ...senderLink(origin) },
      () =>
        timed(
          async () => {
            // Only who sends an event pays for the SDK.
            const { binaryHeaders } = await (writing ??= import('./write-event.ts'));
            const headers = {
              ...binaryHeaders(event),
              ...traceHeaders(),
              ...(tokenFile && { authorization: `Bearer ${await readFile(tokenFile, 'utf8')}` }),
            };
            const response = await exchange(sink, {
              method: 'POST',
              headers,
              body: event.data,
              timeoutMs,
              repeatable: true,
            });
            if (response.status < 200 || response.status > 299)
              throw Object.assign(new Error(`the broker answered ${response.status}`), {
                code: String(response.status),
              });
          },
          (seconds, error) => measureSent(event.type, seconds, error),
        ),
    );
  };
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
