import type { Destination } from '@dormouse/manifests/model';
import { newSpanId, readTraceparent, type TraceContext } from '@dormouse/telemetry/traceparent';
import type { SpanEvent } from '@dormouse/telemetry/traces';
import type { Position } from '../log/record.ts';
import type { CloudEvent } from '../store/cloudevents.ts';
import type { LogEntry } from '../store/event-log.ts';
import type { BrokerEvent } from '../store/stored-event.ts';
import type { Failure } from '../store/undeliverable.ts';
import { type Attempt, addressOf } from './attempt.ts';
import type { AttemptRecord } from './attempt-history.ts';

/** An event on its way to one Trigger's subscriber. */
export interface DeliveryJob {
  position: Position;
  key: string | undefined;
  holdsKey: boolean;
  /** Deliveries to the subscriber. */
  attempts: number;
  /** What the subscriber has answered, while it is being sent on. */
  reply: CloudEvent | undefined;
  /** Deliveries of replies. */
  replyAttempts: number;
  /** Deliveries to the dead-letter sink. */
  sinkAttempts: number;
  /** Why the subscriber did not get it: from then on the dead-letter sink, or the disk, is the target. */
  failure: Failure | undefined;
  /** The dead-letter sink did not take it, either. */
  rejected: boolean;
  trace: TraceContext;
  parentId: string;
  startMs: number;
  started: number;
  retries: SpanEvent[];
  history: AttemptRecord[];
}

/** @see DeliveryJob */
export function newJob({ position, event }: LogEntry): DeliveryJob {
  const parent = readTraceparent(event.traceparent) as TraceContext;
  return {
    position,
    key: keyOf(event),
    holdsKey: false,
    attempts: 0,
    reply: undefined,
    replyAttempts: 0,
    sinkAttempts: 0,
    failure: undefined,
    rejected: false,
    trace: { ...parent, spanId: newSpanId() },
    parentId: parent.spanId,
    startMs: 0,
    started: 0,
    retries: [],
    history: [],
  };
}

/** Events of one key keep their order: `partitionkey`, else the subject of a source. */
function keyOf({ attributes }: BrokerEvent): string | undefined {
  if (attributes.partitionkey !== undefined) return attributes.partitionkey;
  return attributes.subject === undefined ? undefined : `${attributes.source}\0${attributes.subject}`;
}

/** Attempts at the present target. */
export const triesOf = ({ failure, reply, attempts, replyAttempts, sinkAttempts }: DeliveryJob) =>
  failure ? sinkAttempts : reply ? replyAttempts : attempts;

const excerptBytes = 1024;

/** What Knative's broker answers itself where an answer is no valid event, and writes into a dead letter. */
const badGateway = 502;

/** Why the subscriber did not get the event of a job. */
export function failureOf(
  { attempts }: DeliveryJob,
  trigger: string,
  to: Destination,
  { body, status }: Attempt,
  cause: string,
): Failure {
  return {
    trigger,
    destination: addressOf(to),
    attempts,
    status: status !== undefined && status >= 200 && status < 300 ? badGateway : status,
    cause,
    body: body.subarray(0, excerptBytes).toString('utf8'),
  };
}
