import { addressOf as addressInCluster } from '@dormouse/manifests/address-of';
import { brokerOfChannel } from '@dormouse/manifests/channel-address';
import type { Delivery, Destination } from '@dormouse/manifests/model';
import { maxResponseBytes, type Upstream, type UpstreamResponse } from '@dormouse/serving/proxy/upstream';
import { announcesEvent, type CloudEvent, InvalidEventError, readEvents, writeMessage } from '../store/cloudevents.ts';
import type { Carried } from '../store/stored-event.ts';
import { isRetryable } from './backoff.ts';

/** Result of one attempt to deliver an event. */
export interface Attempt {
  verdict: 'done' | 'retry' | 'final';
  /** HTTP status; `undefined` when there was no response. */
  status: number | undefined;
  retryAfter: string | undefined;
  /** Why it failed; empty on success. */
  cause: string;
  body: Buffer;
  /** The reply: the event in the body of a 200. */
  reply: CloudEvent | undefined;
}

/**
 * What a sender wants of the answer. `wanted`: an event or nothing, as Knative's brokers do. `taken`: an event if there is
 * one, as a channel with a `reply` (knative/eventing pkg/kncloudevents/event_dispatcher.go: "Response is a non event,
 * discard it"). `unused`: a channel without it, which says `Prefer: reply` all the same. `unasked`: a dead letter, a reply, a ping.
 */
export type ReplyMode = 'wanted' | 'taken' | 'unused' | 'unasked';

/** Sends an event once and classifies the response by Knative's data-plane contract; `carried` are additional headers. Never rejects. */
export async function attempt(
  upstream: Upstream,
  to: Destination,
  event: CloudEvent,
  {
    traceparent,
    carried = {},
    timeoutMs,
    replies,
    format,
  }: {
    traceparent: string;
    carried?: Carried | undefined;
    timeoutMs: number;
    replies: ReplyMode;
    format?: Delivery['format'];
  },
): Promise<Attempt> {
  const { headers, body } = writeMessage(event, format);
  for (const name in carried) headers[name] = carried[name] as string;
  headers.traceparent = traceparent;
  if (replies !== 'unasked') headers.prefer = 'reply';
  try {
    return judge(await upstream.request(to, { method: 'POST', path: pathOf(to), headers, body, timeoutMs }), replies);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const cause = code && !message.includes(code) ? `${code}: ${message}` : message;
    return {
      verdict: 'retry',
      status: undefined,
      retryAfter: undefined,
      cause,
      body: Buffer.from(cause),
      reply: undefined,
    };
  }
}

function judge({ status, headers, body, cut }: UpstreamResponse, replies: ReplyMode): Attempt {
  const response = { status, retryAfter: headers['retry-after'], body, reply: undefined };
  if (status < 200 || status > 299)
    return { ...response, verdict: isRetryable(status) ? 'retry' : 'final', cause: `answered ${status}` };
  const done: Attempt = { ...response, verdict: 'done', cause: '' };
  if (replies === 'unasked' || replies === 'unused') return done;
  if (!announcesEvent(headers))
    return body.length === 0 || replies === 'taken'
      ? done
      : { ...done, verdict: 'retry', cause: `answered ${status} ${noEvent}` };
  if (status !== 200) return done;
  try {
    return { ...response, verdict: 'done', cause: '', reply: replyOf(headers, body, cut) };
  } catch (error) {
    const verdict = replies === 'taken' ? 'final' : 'retry';
    return { ...response, verdict, cause: `its reply is no valid event: ${(error as Error).message}` };
  }
}

/** Knative's brokers, those of channels and of Kafka, take such an answer for a failure. */
const noEvent = 'with a body that is no event: an answer has to be empty or a CloudEvent';

/** Reads exactly one event: a batch is not a valid reply (CloudEvents HTTP binding, section 3). */
function replyOf(headers: UpstreamResponse['headers'], body: Buffer, cut = false): CloudEvent {
  if (cut) throw new InvalidEventError(`it is longer than ${maxResponseBytes} bytes`);
  const [event, another] = readEvents(headers, body);
  if (!event || another) throw new InvalidEventError('it is a batch');
  return event;
}

function pathOf(to: Destination): string {
  if (to.kind === 'service') return to.path || '/';
  if (to.kind === 'broker') return `/${to.namespace}/${to.name}`;
  if (to.kind === 'jobSink') return `/${to.namespace}/${to.name}`;
  if (to.kind === 'channel') return `/${to.namespace}/${brokerOfChannel(to.name)}`;
  const { pathname, search } = new URL(to.url);
  return pathname + search;
}

/** A destination's URL as on a cluster. */
export function addressOf(to: Destination): string {
  if (to.kind === 'service') return `http://${to.name}.${to.namespace}.svc.cluster.local${to.path || '/'}`;
  return addressInCluster(to);
}
