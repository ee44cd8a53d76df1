import type { LogLine, Telemetry } from '@dormouse/telemetry/telemetry';
import type { Output } from './child-process.ts';

export interface OutputOptions {
  telemetry: Telemetry;
  /** Prints a line for the user. */
  print: (line: string) => void;
  /** Lowest level that is printed; everything is kept. */
  level: 'debug' | 'info';
}

/** Collects the output of processes: stored as log lines, printed in one line each. */
export interface Outputs {
  /** The output of a new instance, and its last line that looks like the cause of a failure. */
  of(service: string, instance: string): { output: Output; lastWords: () => string | undefined };
  /** Logs a line of the platform itself. */
  say(line: string, level?: 'info' | 'error'): void;
  /** Stores a line, and prints it as JSON, as functions write theirs. */
  line(line: LogLine): void;
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const own = new Set([
  'level',
  'severity',
  'version',
  'time',
  'timestamp',
  'msg',
  'message',
  'trace_id',
  'span_id',
  'pid',
  'hostname',
  'name',
  'service',
  'revision',
  'instance',
  'v',
]);
const width = 10;

export function createOutputs({ telemetry, print, level }: OutputOptions): Outputs {
  const lowest = levels.indexOf(level);
  return {
    of(service, instance) {
      let cause: string | undefined;
      return {
        output(text, stream) {
          const line = readLine(text, stream, service, instance);
          if (!line) return;
          telemetry.addLog(line);
          const rank = levels.indexOf(line.level as (typeof levels)[number]);
          if (rank >= 4) cause = meaning(line, cause);
          if (rank >= lowest) print(`${service.padEnd(width)} │ ${shown(line)}`);
        },
        lastWords: () => cause,
      };
    },
    say(message, severity = 'info') {
      telemetry.addLog({ timeMs: Date.now(), service: 'platform', instance: 'platform', level: severity, message });
      print(`${'platform'.padEnd(width)} │ ${message}`);
    },
    line(line) {
      telemetry.addLog(line);
      print(asJson(line));
    },
  };
}

const asJson = ({ timeMs, service, level, message, traceId, spanId, fields }: LogLine): string =>
  JSON.stringify({
    severity: level.toUpperCase(),
    time: new Date(timeMs).toISOString(),
    service,
    message,
    ...(traceId && { trace_id: traceId }),
    ...(spanId && { span_id: spanId }),
    ...fields,
  });

function readLine(text: string, stream: 'stdout' | 'stderr', service: string, instance: string): LogLine | undefined {
  const plain: LogLine = {
    timeMs: Date.now(),
    service,
    instance,
    level: stream === 'stderr' ? 'error' : 'info',
    message: text,
  };
  if (text.trim() === '') return undefined;
  if (text[0] !== '{') return plain;
  try {
    return { ...plain, ...structured(JSON.parse(text) as Record<string, unknown>) };
  } catch {
    return plain;
  }
}

/** A JSON line as pino and most others write it. */
function structured(json: Record<string, unknown>): Partial<LogLine> & { level: string; message: string } {
  const fields = Object.fromEntries(Object.entries(json).filter(([name]) => !own.has(name)));
  const time = json.time ?? json.timestamp;
  const timeMs = typeof time === 'number' ? time : Date.parse(String(time));
  return {
    ...(Number.isFinite(timeMs) && { timeMs }),
    level: levelName(json.level ?? json.severity),
    message: String(json.msg ?? json.message ?? ''),
    ...(typeof json.trace_id === 'string' && { traceId: json.trace_id }),
    ...(typeof json.span_id === 'string' && { spanId: json.span_id }),
    ...(Object.keys(fields).length > 0 && { fields }),
  };
}

function levelName(level: unknown): string {
  if (typeof level === 'number') return levels[Math.min(5, Math.max(0, Math.floor(level / 10) - 1))]!;
  return typeof level === 'string'
    ? level.toLowerCase().replace('warning', 'warn').replace('critical', 'fatal')
    : 'info';
}

/** Of several lines about an error the first that names it is the cause; lines before it are source code. */
function meaning(line: LogLine, before: string | undefined): string | undefined {
  const error = (line.fields?.error ?? line.fields?.err) as { message?: unknown } | string | undefined;
  const more = typeof error === 'string' ? error : error?.message;
  const text = more ? `${line.message}: ${more}` : line.message;
  if (/^(?:\w*Error|Uncaught)\b.*:/.test(text) || line.fields) return text.slice(0, 500);
  return before ?? (/^\s|^node:|^file:|^Node\.js/.test(text) ? undefined : text.slice(0, 500));
}

/** A field in a few characters; of an error its message without the stack, which the console shows. */
function word(value: unknown): string {
  if (typeof value === 'string') return value;
  const { message } = (value ?? {}) as { message?: unknown };
  return typeof message === 'string' ? JSON.stringify(message) : JSON.stringify(value);
}

function shown({ level, message, fields, traceId }: LogLine): string {
  const levelPrefix = level === 'info' ? '' : `${level.toUpperCase()} `;
  const rest = fields ? Object.entries(fields).map(([name, value]) => ` ${name}=${word(value)}`) : [];
  const trace = traceId && level !== 'info' ? ` trace=${traceId}` : '';
  return `${levelPrefix}${message}${rest.join('').slice(0, 400)}${trace}`.replaceAll('\n', '\n           │ ');
}
