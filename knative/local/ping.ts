import type { Clock } from './clock.ts';
import type { PingSource } from './model.ts';
import type { Telemetry } from './telemetry.ts';
import type { Upstream } from './upstream.ts';

export interface PingSources {
  /** Applies a changed set; a source whose schedule did not change keeps its next tick. */
  update(sources: readonly PingSource[]): void;
  stop(): void;
}

/** Sends each source's event by its schedule. */
export function startPingSources(_options: { sources: readonly PingSource[]; upstream: Upstream; telemetry: Telemetry; clock?: Clock }): PingSources {
  return { update() {}, stop() {} };
}
