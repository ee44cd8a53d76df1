import type { Telemetry } from '@dormouse/telemetry/telemetry';

/** Logs what failed in the console itself. */
export function logFailure(telemetry: Telemetry, error: unknown): void {
  telemetry.addLog({
    timeMs: Date.now(),
    service: 'console',
    instance: 'platform',
    level: 'error',
    message: (error instanceof Error && error.stack) || String(error),
  });
}
