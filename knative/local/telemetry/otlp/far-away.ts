/** How far behind a time may be: metrics are kept for an hour, spans and log lines until there is no room. */
const maxBehindMs = { metrics: 60 * 60_000, traces: 7 * 24 * 60 * 60_000, logs: 7 * 24 * 60 * 60_000 } as const;
/** How far ahead: clocks on one machine agree, and a data point of the future has those that come before it refused until then. */
const maxAheadMs = 60_000;

/** Says of a time, in ms, whether telemetry of it is refused. Prometheus and Loki have such bounds for the same reasons. */
export const farAway = (signal: keyof typeof maxBehindMs, nowMs: number) => (timeMs: number) => {
  if (timeMs > nowMs + maxAheadMs) return 'future' as const;
  return timeMs < nowMs - maxBehindMs[signal] ? ('past' as const) : undefined;
};
