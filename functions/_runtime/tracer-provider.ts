import {
  type Context,
  context,
  INVALID_TRACEID,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  type TracerOptions,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { spanId, traceId } from './ids.ts';
import { type FinishedSpan, LightSpan } from './light-span.ts';
import { ingressDecides, isSampled, type Sampler } from './sampler.ts';
import { epochMs, nowMs } from './span-time.ts';

/** Name of the instrumentation scope of this project's own spans and measures. */
export const ownScope = 'dormouse';

/** The provider that functions register with OpenTelemetry's API at their start. */
export interface LightTracerProvider extends TracerProvider {
  sampler: Sampler;
  /** Where finished spans go; nowhere while it is undefined. */
  take: ((span: FinishedSpan) => void) | undefined;
  /** Has `provider` make the spans of libraries from now on, also those of tracers that they already hold. */
  handOver(provider: TracerProvider | undefined): void;
  /** Whether another makes the spans of libraries. */
  readonly handedOver: boolean;
}

type StartActive = [Work] | [SpanOptions, Work] | [SpanOptions, Context, Work];
type Work = (span: Span) => unknown;

/**
 * Makes light spans: those of functions always, those of libraries until the SDK is loaded. Of a library's spans, those of an
 * unsampled trace are not recorded, as the SDK does it.
 */
export function lightTracerProvider(): LightTracerProvider {
  let sdk: TracerProvider | undefined;
  const provider: LightTracerProvider = {
    sampler: ingressDecides,
    take: undefined,
    handOver(to) {
      sdk = to;
    },
    get handedOver() {
      return sdk !== undefined;
    },
    getTracer: (name, version, options) => (name === ownScope ? light({ name }) : library(name, version, options)),
  };

  const light = (scope: FinishedSpan['instrumentationScope']): Tracer => {
    const own = scope.name === ownScope;
    const startSpan = (name: string, options: SpanOptions = {}, within: Context = context.active()): Span => {
      const parent = options.root ? undefined : parentIn(within);
      const id = parent?.traceId ?? traceId();
      const sampled = isSampled(provider.sampler, id, parent);
      const made: SpanContext = {
        traceId: id,
        spanId: spanId(),
        traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
      };
      if (parent?.traceState) made.traceState = parent.traceState;
      if (!sampled && !own) return trace.wrapSpanContext(made);
      return new LightSpan({
        name,
        kind: options.kind ?? SpanKind.INTERNAL,
        context: made,
        parent,
        scope,
        startMs: options.startTime === undefined ? nowMs() : epochMs(options.startTime),
        links: options.links ?? [],
        attributes: { ...options.attributes },
        take: provider.take,
      });
    };
    return { startSpan, startActiveSpan: activeBy(startSpan) };
  };

  const library = (name: string, version?: string, options?: TracerOptions): Tracer => {
    const until = light({ name, ...(version && { version }), ...(options?.schemaUrl && options) });
    let made: { by: TracerProvider; tracer: Tracer } | undefined;
    const current = () => {
      if (!sdk) return until;
      if (made?.by !== sdk) made = { by: sdk, tracer: sdk.getTracer(name, version, options) };
      return made.tracer;
    };
    const startSpan: Tracer['startSpan'] = (...args) => current().startSpan(...args);
    return { startSpan, startActiveSpan: activeBy(startSpan) };
  };
  return provider;
}

/** The context of the span that is the parent of what begins now. */
function parentIn(within: Context): SpanContext | undefined {
  const parent = trace.getSpanContext(within);
  // Whoever made it has checked its form; what is none is of zeros.
  return parent && parent.traceId !== INVALID_TRACEID ? parent : undefined;
}

const activeBy =
  (startSpan: Tracer['startSpan']): Tracer['startActiveSpan'] =>
  (name: string, ...rest: StartActive) => {
    const work = rest.at(-1) as Work;
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : {};
    const within = rest.length > 2 ? (rest[1] as Context) : context.active();
    const span = startSpan(name, options, within);
    return context.with(trace.setSpan(within, span), work, undefined, span) as never;
  };
