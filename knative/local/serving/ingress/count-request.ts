import type { AnsweredRequest, RequestCounts } from '@dormouse/telemetry/request-counts';
import type { ClientRequest } from '../proxy/client-request.ts';

type Known = Pick<AnsweredRequest, 'entry' | 'route' | 'status' | 'ms'>;

/** Counts a request that is over, by what the platform knows of it. */
export function countRequest(counts: RequestCounts, request: ClientRequest, { entry, route, status, ms }: Known): void {
  const { method, answeredBy, cold, target } = request;
  counts.add({ entry, route, service: target?.name ?? '', method, status, answeredBy, ms, cold });
}
