import { type Context, context } from '@opentelemetry/api';
import type { LightSpan } from './light-span.ts';
import type { Logger } from './log.ts';
import { failed, isSampledTrace } from './trace.ts';

/** A request whose answer is out. */
interface EndedRequest {
  method: string;
  path: string;
  /** The pattern that answered; empty when none did. */
  route: string;
  status: number;
  trigger: 'pubsub' | 'http';
  span: LightSpan;
  within: Context;
  /** Whether it was the instance's first. */
  first: boolean;
  endMs: number;
}

/** Ends the span of a request, and writes its line of the access log. */
export function recordRequest(request: EndedRequest, name: string, log: Logger): void {
  const { method, path, route, status, trigger, span, within, first, endMs } = request;
  if (status >= 500) failed(span, span.failure ?? new Error(`answered ${status}`));
  if (status >= 500 || isSampledTrace(span.spanContext())) {
    if (route) span.updateName(`${method} ${route}`);
    span.setAttributes({
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': status,
      'url.path': path,
      'url.scheme': 'http',
      'faas.name': name,
      'faas.trigger': trigger,
      'faas.coldstart': first,
      ...(status >= 500 && { 'error.type': String(status) }),
    });
  }
  span.end(endMs);
  const level = status >= 500 ? 'error' : 'debug';
  if (!log.enabled(level)) return;
  const fields = {
    method,
    path,
    route,
    status,
    duration_ms: Math.round((endMs - span.startMs) * 100) / 100,
    ...(status >= 500 && { error: span.failure }),
  };
  context.with(within, () => log[level](fields, `${method} ${path} ${status}`));
}
