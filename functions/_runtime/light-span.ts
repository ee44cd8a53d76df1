import {
  type Attributes,
  type AttributeValue,
  type Exception,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { epochMs, hrTime, nowMs } from './span-time.ts';

/** A span that ended, of this module or of OpenTelemetry's SDK. What it is told of, its resource, is added where it is sent. */
export type FinishedSpan = Omit<ReadableSpan, 'resource' | 'parentSpanContext'> & {
  readonly parentSpanContext?: SpanContext | undefined;
};

type Event = ReadableSpan['events'][number];
type Scope = ReadableSpan['instrumentationScope'];

export interface LightSpanOptions {
  name: string;
  kind: SpanKind;
  context: SpanContext;
  parent: SpanContext | undefined;
  scope: Scope;
  startMs: number;
  links: Link[];
  attributes: Attributes;
  /** Given the span when it ends, if it is kept. */
  take: ((span: FinishedSpan) => void) | undefined;
}

const unset: SpanStatus = { code: SpanStatusCode.UNSET };
const noEvents: Event[] = [];

/**
 * A span of OpenTelemetry's API that costs little: it checks and limits nothing, and needs no SDK. Unlike the SDK's, that of an unsampled trace
 * is kept as well when its status is an error.
 */
export class LightSpan implements Span, FinishedSpan {
  name: string;
  status = unset;
  events = noEvents;
  ended = false;
  /** Why the request that it is of fails, for its log line too. */
  failure: unknown;
  /** Whose token the request that it is of brought, for its log line alone. */
  userId: number | undefined;
  readonly kind: SpanKind;
  readonly parentSpanContext: SpanContext | undefined;
  readonly instrumentationScope: Scope;
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly startMs: number;
  endMs = 0;
  readonly #context: SpanContext;
  readonly #take: LightSpanOptions['take'];

  constructor({ name, kind, context, parent, scope, startMs, links, attributes, take }: LightSpanOptions) {
    this.name = name;
    this.kind = kind;
    this.parentSpanContext = parent;
    this.instrumentationScope = scope;
    this.attributes = attributes;
    this.links = links;
    this.startMs = startMs;
    this.#context = context;
    this.#take = take;
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  /** False for that of an unsampled trace too: what is costly to say about it is said in vain unless it fails. */
  isRecording(): boolean {
    return !this.ended && (this.#context.traceFlags & 1) === 1;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (!this.ended) this.attributes[key] = value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (!this.ended) Object.assign(this.attributes, attributes);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.ended) return this;
    const timed = isTime(attributesOrTime);
    const at = time ?? (timed ? attributesOrTime : undefined);
    const event = { name, time: hrTime(at === undefined ? nowMs() : epochMs(at)) };
    this.events = [...this.events, timed || !attributesOrTime ? event : { ...event, attributes: attributesOrTime }];
    return this;
  }

  addLink(link: Link): this {
    if (!this.ended) this.links.push(link);
    return this;
  }

  addLinks(links: Link[]): this {
    for (const each of links) this.addLink(each);
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (!this.ended && status.code !== SpanStatusCode.UNSET && this.status.code !== SpanStatusCode.OK)
      this.status = status;
    return this;
  }

  updateName(name: string): this {
    if (!this.ended) this.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const { type, message, stack } = spanError(exception);
    const attributes = {
      'exception.type': type,
      'exception.message': message,
      ...(stack && { 'exception.stacktrace': stack }),
    };
    this.addEvent('exception', attributes, time);
  }

  end(time?: TimeInput): void {
    if (this.ended) return;
    this.endMs = time === undefined ? nowMs() : epochMs(time);
    this.ended = true;
    if ((this.#context.traceFlags & 1) === 1 || this.status.code === SpanStatusCode.ERROR) this.#take?.(this);
  }

  get startTime(): HrTime {
    return hrTime(this.startMs);
  }

  get endTime(): HrTime {
    return hrTime(this.endMs);
  }

  get duration(): HrTime {
    return hrTime(Math.max(0, this.endMs - this.startMs));
  }

  get droppedAttributesCount(): number {
    return 0;
  }

  get droppedEventsCount(): number {
    return 0;
  }

  get droppedLinksCount(): number {
    return 0;
  }
}

const isTime = (given: Attributes | TimeInput | undefined): given is TimeInput =>
  typeof given === 'number' || given instanceof Date || Array.isArray(given);

/** An error as a span shows it. */
export function spanError(error: unknown): { type: string; message: string; stack?: string | undefined } {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const code = (error as { code?: unknown }).code;
  return { type: typeof code === 'string' ? code : error.name, message: error.message, stack: error.stack };
}
