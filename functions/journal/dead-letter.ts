import type { AnyEvent } from './any-event.ts';

/**
 * What Traefik and nginx note when their client goes away, here a Broker's pod that ended while it delivered. Knative does not try it
 * again (knative.dev/eventing, pkg/kncloudevents/retries.go), and no consumer has said anything.
 */
export const interruptedStatus = 499;

/** A delivery that the Broker has abandoned. */
export interface FailedDelivery {
  /** The event as it was, without what the Broker added to it. */
  event: AnyEvent;
  /** The subscriber's address; '' when the Broker does not give it. */
  destination: string;
  /** The last response's status; undefined when there was none. */
  status: number | undefined;
  /** One line for people. */
  cause: string;
  /** Start of the last response's body, as text. */
  body: string | undefined;
}

/**
 * Takes a dead letter apart: `knativeerrordest`, `knativeerrorcode` and `knativeerrordata` (base64 of the answer's body, cut by the
 * Broker) are removed from the event's attributes, and so is `knativebrokerttl`, which the multi-tenant Broker hides from other subscribers.
 */
export function parseDeadLetter({ attributes, data }: AnyEvent): FailedDelivery {
  const {
    knativeerrordest: destination = '',
    knativeerrorcode: code = '',
    knativeerrordata: encoded,
    knativebrokerttl: _,
    ...own
  } = attributes;
  const status = /^[1-5]\d\d$/.test(code) ? Number(code) : undefined;
  const body = encoded ? Buffer.from(encoded, 'base64').toString('utf8').replaceAll('\u0000', '\ufffd') : undefined;
  const cause = code === '' && !body && destination === '' ? brokerNamedNobody : causeOf(status, body);
  return { event: { attributes: own, data }, destination, status, cause, body };
}

/** A multi-tenant Broker leaves out what it did not get: for a Trigger that was deleted meanwhile, or after a timeout. */
const brokerNamedNobody = 'no answer: the Broker named nobody';

const maxCauseLength = 300;

/** The status and what a problem+json or a short text says, in one line. */
export function causeOf(status: number | undefined, body: string | undefined): string {
  const said = detailOf(body) ?? body?.split('\n', 1)[0]?.trim() ?? '';
  const outcome = status === undefined ? 'no answer' : `answered ${status}`;
  return (said ? `${outcome}: ${said.replace(/\s+/g, ' ')}` : outcome).slice(0, maxCauseLength).toWellFormed();
}

function detailOf(body: string | undefined): string | undefined {
  // The body may be cut in the middle, so that it is no JSON any more.
  const detail = /"detail"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body ?? '')?.[1];
  try {
    return detail === undefined ? undefined : (JSON.parse(`"${detail}"`) as string);
  } catch {
    return undefined;
  }
}
