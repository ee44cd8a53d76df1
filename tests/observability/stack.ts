import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningAlertmanager, startAlertmanager } from './alertmanager.ts';
import type { Child } from './child.ts';
import { type RunningCollector, startCollector } from './collector.ts';
import { type RunningLoki, startLoki } from './loki.ts';
import { programPath } from './programs.ts';
import { type RunningPrometheus, startPrometheus } from './prometheus.ts';
import { type RunningTempo, startTempo } from './tempo.ts';

/** What watches the platform, as it is deployed on one machine, at free ports of loopback and in a temporary folder. */
export interface Stack {
  /** Where a platform sends its telemetry: OTLP/HTTP. */
  otlp: string;
  prometheus: RunningPrometheus;
  alertmanager: RunningAlertmanager;
  collector: RunningCollector;
  /** Absent where the program is not installed, as is Loki. */
  tempo: RunningTempo | undefined;
  loki: RunningLoki | undefined;
  /** Has Prometheus read the numbers of a platform, too, from its console. */
  watch(platform: { console: string }): Promise<void>;
  /** Ends every process and removes the folder. */
  stop(): Promise<void>;
}

/** Whether the programs are there without which there is no stack. */
export const stackIsInstalled = (): boolean => (['prometheus', 'alertmanager', 'collector'] as const).every(programPath);

/**
 * @param every seconds between evaluations of rules; as they are written unless given
 * @param patience how long alerts with a `for` wait, as Prometheus writes durations; as they are written unless given
 * @throws Error when a program is missing or does not start
 */
export async function startStack({ every, patience }: { every?: number; patience?: string | undefined } = {}): Promise<Stack> {
  const home = mkdtempSync(join(tmpdir(), 'dormouse-stack-'));
  const started: Child[] = [];
  const keep = <C extends Child>(child: C): C => {
    started.unshift(child);
    return child;
  };
  const stop = async () => {
    for (const child of started) await child.stop();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const alertmanager = keep(await startAlertmanager(needed('alertmanager'), home));
    const prometheus = keep(
      await startPrometheus(needed('prometheus'), home, { alertmanager: alertmanager.url, ...(every && { every }), ...(patience && { patience }) }),
    );
    const tempoPath = programPath('tempo');
    const tempo = tempoPath ? keep(await startTempo(tempoPath, home)) : undefined;
    const lokiPath = programPath('loki');
    const loki = lokiPath ? keep(await startLoki(lokiPath, home)) : undefined;
    const collector = keep(await startCollector(needed('collector'), { prometheus: prometheus.url, tempo: tempo?.otlp, loki: loki?.url }));
    const targets = {
      'otel-collector': `127.0.0.1:${collector.metricsPort}`,
      ...(tempo && { tempo: new URL(tempo.url).host }),
      ...(loki && { loki: new URL(loki.url).host }),
    };
    await prometheus.scrape(targets);
    const watch = ({ console }: { console: string }) => prometheus.scrape({ ...targets, dormouse: new URL(console).host });
    return { otlp: collector.url, prometheus, alertmanager, collector, tempo, loki, watch, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function needed(program: Parameters<typeof programPath>[0]): string {
  const path = programPath(program);
  if (!path) throw new Error(`${program} is not on the PATH`);
  return path;
}
