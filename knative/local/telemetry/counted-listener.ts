import type { RequestListener } from 'node:http';
import type { RequestCounts } from './request-counts.ts';

/** A listener whose requests are counted, whatever it answers. */
export function countedListener(
  handle: RequestListener,
  counts: RequestCounts,
  entry: 'broker' | 'console',
): RequestListener {
  return (request, response) => {
    const startedAt = performance.now();
    const { method = '' } = request;
    response.once('close', () => {
      const { headersSent, statusCode } = response;
      const [status, answeredBy] = headersSent ? ([statusCode, entry] as const) : ([499, 'client'] as const);
      const ms = performance.now() - startedAt;
      counts.add({ entry, route: '', service: '', method, status, answeredBy, ms, cold: false });
    });
    handle(request, response);
  };
}
