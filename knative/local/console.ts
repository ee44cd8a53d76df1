import type { Brokers } from './broker.ts';
import type { Telemetry } from './telemetry.ts';

/** A function as the console shows it. */
export interface ServiceStatus {
  name: string;
  revision: string;
  /** Processes alive. */
  instances: number;
  state: 'asleep' | 'starting' | 'ready' | 'unready' | 'draining' | 'failed';
  requests: number;
  last_cold_start_ms: number | null;
}

/** One rule of the ingress, as text. */
export interface RouteStatus {
  host: string;
  match: string;
  action: string;
}

export interface ConsoleOptions {
  /** Loopback only. */
  host: string;
  port: number;
  services: () => ServiceStatus[];
  routes: () => RouteStatus[];
  brokers: Brokers;
  telemetry: Telemetry;
}

/** Serves the console's pages and JSON. Rejects with the listener's error (EADDRINUSE …). */
export async function startConsole(_options: ConsoleOptions): Promise<{ url: string; close(): Promise<void> }> {
  throw new Error('the console is being written');
}
