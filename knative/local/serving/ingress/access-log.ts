import { type AccessLog, isAccessLogged, loggedAddress } from '@dormouse/signals/access-log';
import { scrubPath } from '@dormouse/signals/scrub-path';
import type { LogLine } from '@dormouse/telemetry/telemetry';
import type { ClientRequest } from '../proxy/client-request.ts';

/** What the ingress knows of a request that is over. */
export interface EndedRequest {
  request: ClientRequest;
  /** Name of the VirtualService's route; empty where none leads there. */
  route: string;
  status: number;
  bytes: number;
  durationMs: number;
}

/** Writes the requests that the setting asks for as log lines of the ingress. */
export const accessLog =
  (settings: AccessLog, write: (line: LogLine) => void) =>
  ({ request, route, status, bytes, durationMs }: EndedRequest): void => {
    if (!isAccessLogged(settings, status)) return;
    const { method, traceId, spanId, answeredBy, target, cacheResult } = request;
    const path = scrubPath(request.path);
    const address = loggedAddress(settings, request.address);
    write({
      ...{ timeMs: Date.now(), service: 'ingress', instance: 'ingress', level: 'info', traceId, spanId },
      message: `${method} ${path} ${status}`,
      fields: {
        ...{ method, path, route, status, duration_ms: Math.round(durationMs * 100) / 100, bytes },
        answered_by: answeredBy,
        ...(target && { function: target.name }),
        ...(cacheResult !== '' && { cache: cacheResult }),
        ...(address !== undefined && { client_address: address }),
      },
    });
  };
