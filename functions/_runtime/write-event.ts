import { dataschema } from '@dormouse/events/contract';
import { CloudEvent, HTTP } from 'cloudevents';
import { attributeHeader, jsonData, type StoredEvent } from './cloudevent.ts';

/**
 * Headers of an event in binary mode, by the CloudEvents SDK; the body is its data. Apart from the rest,
 * because loading the SDK takes as long as a good part of a cold start: the first event does it, after the answer.
 *
 * The SDK writes attributes into headers as they are, which the HTTP binding forbids for anything but printable ASCII, and
 * rewrites the time.
 */
export function binaryHeaders(event: StoredEvent): Record<string, string> {
  const message = HTTP.binary(
    // Validating means a regular expression for URIs, a hundred times the rest: what is written here was made by contracts.
    new CloudEvent(attributesOf(event), false),
  );
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers))
    headers[name] = name.startsWith('ce-') ? attributeHeader(name.slice(3), String(value)) : String(value);
  headers['ce-time'] = event.time;
  return headers;
}

/** Media type of several events in one request (CloudEvents HTTP binding 1.0.2, section 3.3), which may be sent to whoever asks for it. */
export const batchType = 'application/cloudevents-batch+json';

/** Events in the JSON batch format. Their data stands there as it was signed: parsed and written anew it might not. */
export const batchText = (events: readonly StoredEvent[]): string => `[${events.map(structuredText).join(',')}]`;

function structuredText(event: StoredEvent): string {
  const attributes = { specversion: '1.0', ...attributesOf(event) };
  return `${JSON.stringify(attributes).slice(0, -1)},"data":${event.data}}`;
}

function attributesOf({ id, type, source, subject, time, traceparent, tracestate, dssematerial }: StoredEvent) {
  return {
    id,
    type,
    source,
    subject,
    time,
    datacontenttype: jsonData,
    dataschema: dataschema(type),
    partitionkey: subject,
    ...(traceparent && { traceparent }),
    ...(tracestate && { tracestate }),
    ...(dssematerial && { dssematerial }),
  };
}
