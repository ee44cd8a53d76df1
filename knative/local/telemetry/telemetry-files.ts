import { createReadStream } from 'node:fs';
import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Telemetry } from './telemetry.ts';
import { type Lines, logLines, metricLines, spanLines } from './telemetry-lines.ts';
import { thinnedMeasures } from './thinned-measures.ts';

export interface TelemetryFilesOptions {
  folder: string;
  telemetry: Telemetry;
  /** Called once when the files cannot be read or written. */
  say: (line: string) => void;
  everyMs?: number;
  /** Maximum size of a file; each signal has two. */
  maxBytes?: number;
}

export interface TelemetryFiles {
  /** Reads the stored telemetry; newer items follow after it. */
  load(): Promise<void>;
  /** Writes pending items. */
  close(): Promise<void>;
}

/** Maximum pending items of a signal between two writes; further items are in memory only. */
const maxWaiting = 20_000;

/**
 * Keeps telemetry over a restart: every few seconds what has come is appended to a file of its signal. A file that is full becomes the older one of
 * two. What a killed process had not written is lost, of metrics the last nine seconds, and a line that it wrote in part is left out.
 */
export function telemetryFiles({
  folder,
  telemetry,
  say,
  everyMs = 2_000,
  maxBytes = 6 * 1024 * 1024,
}: TelemetryFilesOptions): TelemetryFiles {
  const traces = signalFile(join(folder, 'traces'), spanLines, maxBytes);
  const logs = signalFile(join(folder, 'logs'), logLines, maxBytes);
  const metrics = signalFile(join(folder, 'metrics'), metricLines(), maxBytes);
  const measures = thinnedMeasures();
  const files = [traces, logs, metrics];
  telemetry.hold();
  telemetry.listen({
    span: (span, _, refused) => void (refused ?? traces.add(span)),
    log: (line) => logs.add(line),
    measured: (measured, _, refused) => void (refused ?? measures.add(measured)),
  });
  let failed = false;
  const fail = (error: Error) => {
    if (!failed) say(`telemetry is not kept in ${folder}: ${error.message}`);
    failed = true;
  };
  let writing: Promise<void> = Promise.resolve();
  const write = (all = false) => {
    for (const measured of measures.take(all)) metrics.add(measured);
    writing = writing
      .then(async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        for (const file of files) await file.write();
      })
      .catch(fail);
    return writing;
  };
  let timer: NodeJS.Timeout | undefined;
  let loading: Promise<void> | undefined;
  return {
    load() {
      loading ??= (async () => {
        for (const file of files) await file.read(telemetry).catch(fail);
        telemetry.release();
        timer = setInterval(() => void write(), everyMs).unref();
      })();
      return loading;
    },
    async close() {
      await loading;
      clearInterval(timer);
      await write(true);
    },
  };
}

interface SignalFile<T> {
  add: (item: T) => void;
  write(): Promise<void>;
  read(telemetry: Telemetry): Promise<void>;
}

function signalFile<T>(path: string, lines: Lines<T>, maxBytes: number): SignalFile<T> {
  const [newer, older] = [`${path}.ndjson`, `${path}.1.ndjson`];
  let waiting: T[] = [];
  let bytes: number | undefined;
  return {
    add: (item) => void (waiting.length < maxWaiting && waiting.push(item)),
    async write() {
      if (waiting.length === 0) return;
      bytes ??= await stat(newer).then(
        ({ size }) => size,
        () => 0,
      );
      if (bytes > maxBytes) {
        await rename(newer, older);
        lines.begin?.();
        bytes = 0;
      }
      const items = waiting;
      waiting = [];
      const text = `\n${items.map((item) => lines.write(item)).join('\n')}\n`;
      await appendFile(newer, text, { mode: 0o600 });
      bytes += text.length;
    },
    async read(telemetry) {
      for (const file of [older, newer])
        try {
          for await (const line of createInterface({ input: createReadStream(file) }))
            if (line !== '') lines.read(line, telemetry);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        }
    },
  };
}
