import { scrub } from '@dormouse/signals/scrub';
import pino from 'pino';
import type { Config } from './config.ts';

/** pino with the field names that Loki and the console read: severity, time (RFC 3339), message, service. */
export function openPino(config: Pick<Config, 'service' | 'revision' | 'version' | 'logLevel'>): pino.Logger {
  return pino({
    level: config.logLevel,
    messageKey: 'message',
    base: { service: config.service, revision: config.revision, version: config.version },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ severity: label.toUpperCase() }) },
    serializers: { error: (error: unknown) => asLogged(error) },
    redact: { paths: ['password', 'token', 'authorization', '*.password', '*.token', '*.authorization'], remove: true },
    hooks: { streamWrite: scrub },
  });
}

interface Logged {
  type: string;
  message: string;
  code?: string;
  stack?: string | undefined;
  cause?: Logged;
}

const maxCauseDepth = 3;

/** The logged members of an error. Others are omitted: PostgreSQL's `detail` quotes rows, a driver's error contains its parameters. */
function asLogged(error: unknown, depth = 0): Logged {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' && { code }),
    stack: error.stack,
    ...(error.cause !== undefined && depth < maxCauseDepth && { cause: asLogged(error.cause, depth + 1) }),
  };
}
