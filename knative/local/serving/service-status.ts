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
