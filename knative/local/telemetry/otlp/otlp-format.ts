export type Signal = 'traces' | 'logs' | 'metrics';

/** The part of a request that was rejected, and why. */
export interface Rejected {
  count: number;
  message: string;
}

/** One of the two encodings of OTLP/HTTP; a response has that of its request. */
export interface Format {
  contentType: string;
  /** The parsed request, in the shape of OTLP's JSON. @throws Error when it cannot be parsed */
  read(signal: Signal, body: Buffer): unknown;
  /** An Export…ServiceResponse. */
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
