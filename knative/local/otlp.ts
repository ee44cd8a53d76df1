import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Telemetry } from './telemetry.ts';

/** OTLP/HTTP receiver: `POST /v1/traces`, `/v1/logs`, `/v1/metrics` with JSON bodies. */
export function otlpReceiver(_telemetry: Telemetry): (request: IncomingMessage, response: ServerResponse) => void {
  return (_request, response) => void response.writeHead(404).end();
}
