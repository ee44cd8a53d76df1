import type { Config } from './config.ts';
import { currentTrace } from './trace.ts';

type Fields = Record<string, unknown>;

/** Structured log: one JSON object a line on stdout, with severity and the running trace's ids. */
export interface Logger {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
  /** Whether a level is written, so that a costly message is not built in vain. */
  enabled(level: Level): boolean;
}

type Level = 'debug' | 'info' | 'warn' | 'error';
const weight: Record<string, number> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: 100 };

type Pino = Record<Level, (fields: Fields, message: string) => void>;

/**
 * Makes the logger. pino itself is loaded by the first line that is written: most functions wake, answer and sleep
 * without one. Lines said while it loads keep their order.
 */
export function openLog(
  config: Pick<Config, 'service' | 'revision' | 'version' | 'logLevel'>,
): Logger & { flush(): Promise<void> } {
  const threshold = weight[config.logLevel] ?? 30;
  let pino: Pino | undefined;
  let loading: Promise<void> | undefined;
  const waiting: (() => void)[] = [];
  const load = async () => {
    const made = (await import('./pino.ts')).openPino(config);
    pino = made;
    for (const say of waiting.splice(0)) say();
  };
  const say = (level: Level, fields: Fields, message: string): void => {
    if ((weight[level] as number) < threshold) return;
    const trace = currentTrace();
    const full = trace ? { ...fields, trace_id: trace.traceId, span_id: trace.spanId } : fields;
    if (pino) pino[level](full, message);
    else {
      waiting.push(() => pino?.[level](full, message));
      loading ??= load();
    }
  };
  return {
    debug: (fields, message) => say('debug', fields, message),
    info: (fields, message) => say('info', fields, message),
    warn: (fields, message) => say('warn', fields, message),
    error: (fields, message) => say('error', fields, message),
    enabled: (level) => (weight[level] as number) >= threshold,
    flush: async () => void (await loading),
  };
}

/** A logger that says nothing. */
export const silentLog: Logger = { debug() {}, info() {}, warn() {}, error() {}, enabled: () => false };
