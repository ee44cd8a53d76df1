import { readTraceparent } from '@dormouse/signals/traceparent';
import { createTraceState, type TextMapPropagator, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

const w3c = new W3CTraceContextPropagator();

/** Writes trace contexts as OpenTelemetry's propagator does, and reads them as all of this project does. */
export const tracePropagator: TextMapPropagator = {
  fields: () => w3c.fields(),
  inject: (within, carrier, setter) => w3c.inject(within, carrier, setter),
  extract(within, carrier, getter) {
    const found = readTraceparent(getter.get(carrier, 'traceparent'));
    if (!found) return within;
    const state = getter.get(carrier, 'tracestate');
    const text = Array.isArray(state) ? state.join(',') : state;
    const traceState = text ? { traceState: createTraceState(text) } : {};
    return trace.setSpanContext(within, { ...found, ...traceState, isRemote: true });
  },
};
