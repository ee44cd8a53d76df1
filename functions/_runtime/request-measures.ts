import { metrics } from '@dormouse/signals/metrics';
import type { Context } from '@opentelemetry/api';
import { measure } from './measure.ts';

/** Methods that HTTP and PATCH's RFC know; a client can make up others. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']);

type Attributes = Parameters<typeof measure<keyof typeof metrics.requestDuration.attributes>>[2];

/** By method, status and route, of which there are few: frozen, so that a request's series is found without a look at them. */
const seen = new Map<string, Attributes>();

function attributesOf(method: string, route: string, status: number): Attributes {
  const key = `${method} ${status} ${route}`;
  let attributes = seen.get(key);
  if (!attributes) {
    attributes = Object.freeze({
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': status,
      'url.scheme': 'http',
      ...(status >= 500 && { 'error.type': String(status) }),
    });
    seen.set(key, attributes);
  }
  return attributes;
}

/** Measures an answered request. */
export function measureRequest(
  within: Context,
  { method, route, status, seconds }: { method: string; route: string; status: number; seconds: number },
): void {
  measure(
    metrics.requestDuration,
    seconds,
    attributesOf(methods.has(method) ? method : '_OTHER', route, status),
    within,
  );
}

interface First {
  trigger: string;
  /** Milliseconds since 1970: of the process, of the function (infinity while it is not built), of the first probe that was told that it is ready (of the function, when none was), of the request. */
  processStartedMs: number;
  builtMs: number;
  readyMs: number;
  startMs: number;
  endMs: number;
  /** Who stood ready for longer, ms, was not started for this request: a first revision, or a scale that is never zero. */
  waitedForMs: number;
}

/** Measures the cold start that an instance's first request tells of. */
export function measureFirst(
  within: Context,
  { trigger, processStartedMs, builtMs, readyMs, startMs, endMs, waitedForMs }: First,
): void {
  measure(metrics.coldStarts, 1, { 'faas.trigger': trigger }, within);
  if (Number.isFinite(builtMs)) measure(metrics.initDuration, (builtMs - processStartedMs) / 1000, {}, within);
  if (startMs - readyMs < waitedForMs)
    measure(metrics.firstResponseDuration, (endMs - processStartedMs) / 1000, { 'faas.trigger': trigger }, within);
}
