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
    serializers: { error: pino.stdSerializers.err },
    redact: { paths: ['password', 'token', 'authorization', '*.password', '*.token', '*.authorization'], remove: true },
  });
}
