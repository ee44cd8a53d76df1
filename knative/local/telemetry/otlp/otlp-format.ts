export type Signal = 'traces' | 'logs' | 'metrics';

/** What of a request was not kept, and why. */
export interface Rejected {
  count: number;
  message: string;
}

/** One of the two forms in which OTLP/HTTP comes; the answer has that of its request. */
export interface Format {
  contentType: string;
  /** The request as OTLP's JSON has it, parsed. @throws Error when it is none */
  read(signal: Signal, body: Buffer): unknown;
  /** An ExportTraceServiceResponse and the like. */
  accepted(signal: Signal, rejected?: Rejected): string | Uint8Array;
  /** A google.rpc.Status. */
  failed(message: string): string | Uint8Array;
}

const rejectedNames: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
};

export const json: Format = {
  contentType: 'application/json',
  read: (_signal, body) => JSON.parse(body.toString('utf8')) as unknown,
  accepted: (signal, rejected) =>
    JSON.stringify(
      rejected
        ? { partialSuccess: { [rejectedNames[signal]]: String(rejected.count), errorMessage: rejected.message } }
        : {},
    ),
  failed: (message) => JSON.stringify({ message }),
};
