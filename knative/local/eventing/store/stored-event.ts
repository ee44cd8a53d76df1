import type { CloudEvent } from './cloudevents.ts';

/** Headers that travel with an event from hop to hop and are no part of it; names in lower case. */
export type Carried = Readonly<Record<string, string>>;

/** An event as the broker keeps it: with the trace it came by and the replies it may still cause. */
export interface BrokerEvent extends CloudEvent {
  /** `traceparent` of the broker's own span: what deliveries continue. */
  traceparent: string;
  /** How many more times a reply to it may enter the broker (`knativebrokerttl`). */
  ttl: number;
  /** Left out when there are none. */
  carried?: Carried;
}

/*
 * length of the head (32 bits) · head: name, NUL, value, NUL … in UTF-8 · data. CloudEvents strings hold no NUL, and
 * attribute names no dot, so that what is the broker's own begins with one: traceparent, ttl, then what is carried.
 */

/** @see decodeEvent */
export function encodeEvent(event: BrokerEvent): Buffer {
  let head = `.traceparent\0${event.traceparent}\0.ttl\0${event.ttl}`;
  for (const name in event.carried) head += `\0.${name}\0${event.carried[name]}`;
  for (const name in event.attributes) head += `\0${name}\0${event.attributes[name]}`;
  const headBytes = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafeSlow(4 + headBytes + (event.data?.length ?? 0));
  bytes.writeUInt32LE(headBytes);
  bytes.write(head, 4);
  event.data?.copy(bytes, 4 + headBytes);
  return bytes;
}

/** The event that `encodeEvent` wrote; its data shares the bytes given. */
export function decodeEvent(bytes: Buffer): BrokerEvent {
  const headEnd = 4 + bytes.readUInt32LE();
  const parts = bytes.toString('utf8', 4, headEnd).split('\0');
  const attributes: Record<string, string> = {};
  const carried: Record<string, string> = {};
  let first = 4;
  for (; parts[first]?.startsWith('.'); first += 2)
    carried[(parts[first] as string).slice(1)] = parts[first + 1] as string;
  for (let i = first; i < parts.length; i += 2) attributes[parts[i] as string] = parts[i + 1] as string;
  const data = headEnd < bytes.length ? bytes.subarray(headEnd) : undefined;
  return {
    attributes,
    data,
    traceparent: parts[1] as string,
    ttl: Number(parts[3]),
    ...(first > 4 ? { carried } : {}),
  };
}

/** The trace an event belongs to: that of its origin when it says so, else that of the call that brought it. */
export const traceIdOf = ({ attributes, traceparent }: BrokerEvent) =>
  (attributes.traceparent ?? traceparent).slice(3, 35);
