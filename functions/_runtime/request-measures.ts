import { measure } from './measure.ts';
import { metrics } from './metrics.ts';
import type { TraceContext } from './trace.ts';

/** Methods that HTTP and PATCH's RFC know; a client can make up others. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']);

/** Measures an answered request. */
export function measureRequest(
  context: TraceContext,
  { method, route, status, seconds }: { method: string; route: string; status: number; seconds: number },
): void {
  const attributes = {
    'http.request.method': methods.has(method) ? method : '_OTHER',
    'http.route': route,
    'http.response.status_code': status,
    'url.scheme': 'http',
  } as const;
  measure(metrics.requestDuration, seconds, status >= 500 ? { ...attributes, 'error.type': String(status) } : attributes, context);
}

/** From being ready until the request that the instance was started for is there: probes come in between. */
const waitedForMs = 2000;

interface First {
  trigger: string;
  /** Milliseconds since 1970: of the process, of the function, of the request. */
  processStartedMs: number;
  builtMs: number;
  startMs: number;
  endMs: number;
}

/** Measures the cold start that an instance's first request tells of. */
export function measureFirst(context: TraceContext, { trigger, processStartedMs, builtMs, startMs, endMs }: First): void {
  measure(metrics.coldStarts, 1, { 'faas.trigger': trigger }, context);
  measure(metrics.initDuration, (builtMs - processStartedMs) / 1000, {}, context);
  // Who stood ready for longer was not started for this request: a first revision, or a scale that is never zero.
  if (startMs - builtMs < waitedForMs) measure(metrics.firstResponseDuration, (endMs - processStartedMs) / 1000, { 'faas.trigger': trigger }, context);
}
