import { scrubPath } from '@dormouse/signals/scrub-path';
import { type Context, context } from '@opentelemetry/api';
import { AppError } from './errors.ts';
import { fewASecond } from './few-a-second.ts';
import type { LightSpan } from './light-span.ts';
import type { Logger } from './log.ts';
import { failed, isSampledTrace } from './trace.ts';

/** What only the access log says of a request. */
export interface AccessFields {
  /** Of the answer's body. */
  bytes: number;
  client_address?: string;
}

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
  /** There when the access log has this request. */
  access: AccessFields | undefined;
}

/** What clients that mean well rarely get: somebody tries what is not theirs, guesses, or sends what no client of ours sends. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 413, 415, 429]);
const mayTell = fewASecond(20);

/** Ends the span of a request, and writes its line of the access log. */
export function recordRequest(request: EndedRequest, name: string, log: Logger): void {
  const { method, route, status, trigger, span, within, first, endMs, access } = request;
  const path = scrubPath(request.path);
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
  const level = status >= 500 ? 'error' : access || refusals.has(status) ? 'info' : 'debug';
  if (!log.enabled(level) || (level === 'info' && !access && !mayTell(endMs))) return;
  const { failure, userId } = span;
  const fields = {
    method,
    path,
    route,
    status,
    duration_ms: Math.round((endMs - span.startMs) * 100) / 100,
    ...access,
    ...(userId !== undefined && { user_id: userId }),
    ...(status >= 500 && { error: failure }),
    ...(level === 'info' && failure instanceof AppError && { reason: failure.detail }),
  };
  context.with(within, () => log[level](fields, `${method} ${path} ${status}`));
}
