import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingOf, programPath, takesOtlp } from '@dormouse/monitoring/programs';
import type { RunningPlatform } from '../platform.ts';
import { type RunningAlertmanager, startAlertmanager } from './alertmanager.ts';
import type { Child } from './child.ts';
import { type RunningCollector, startCollector } from './collector.ts';
import { startExporters } from './exporters.ts';
import { type RunningLoki, startLoki } from './loki.ts';
import { type Hurry, type RunningPrometheus, startPrometheus } from './prometheus.ts';
import { type RunningTempo, startTempo } from './tempo.ts';

/** What watches the platform, as it is deployed on one machine, at free ports of loopback and in a temporary folder. */
export interface Stack {
  prometheus: RunningPrometheus;
  alertmanager: RunningAlertmanager;
  /** Absent in the small stack, in which Prometheus scrapes the console. */
  collector: RunningCollector | undefined;
  /** Absent where the program is not installed, as is Loki. */
  tempo: RunningTempo | undefined;
  loki: RunningLoki | undefined;
  /** Has a platform's console scraped (of its own numbers only, where the rest comes by the collector), and its servers by their exporters. */
  watch(platform: RunningPlatform): Promise<void>;
  /** Ends every process and removes the folder. */
  stop(): Promise<void>;
}

type Whole = Stack & { collector: RunningCollector };

/** Programs of the small stack that are missing: Prometheus, 2.42 or newer, and Alertmanager. */
export const missingOfSmallStack = (): string[] => missingOf('prometheus', 'alertmanager');

/** Programs of the whole stack that are missing: a Prometheus that takes OTLP, and the collector, which sends it. */
export function missingOfStack(): string[] {
  const prometheus = programPath('prometheus');
  const old = prometheus && !takesOtlp(prometheus) ? ['prometheus 3'] : [];
  return [...missingOfSmallStack(), ...old, ...missingOf('collector')];
}

/** Whether the programs are there without which there is no whole stack. */
export const stackIsInstalled = (): boolean => missingOfStack().length === 0;

/** The whole stack. @throws Error when a program is missing or does not start */
export async function startStack(hurry: Hurry = {}): Promise<Whole> {
  if (!stackIsInstalled())
    throw new Error('Prometheus 3, Alertmanager and the OpenTelemetry Collector are not on the PATH');
  return (await start(true, hurry)) as Whole;
}

/** The whole stack where its programs are, else the small one. @throws Error as that does */
export const startAnyStack = (hurry: Hurry = {}): Promise<Stack> => start(stackIsInstalled(), hurry);

async function start(whole: boolean, hurry: Hurry): Promise<Stack> {
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
      await startPrometheus(needed('prometheus'), home, { ...hurry, alertmanager: alertmanager.url }),
    );
    const { collector, tempo, loki } = whole ? await receivers(home, prometheus, keep) : {};
    const own = {
      ...(collector && { 'otel-collector': `127.0.0.1:${collector.metricsPort}` }),
      ...(tempo && { tempo: new URL(tempo.url).host }),
      ...(loki && { loki: new URL(loki.url).host }),
    };
    const watch = async (platform: RunningPlatform) => {
      const exporters = await startExporters(platform, keep);
      const targets = Object.fromEntries(exporters.map(({ job, target }) => [job, target]));
      await prometheus.scrape({
        ...own,
        ...targets,
        [collector ? 'dormouse' : 'console']: new URL(platform.console).host,
      });
    };
    await prometheus.scrape(own);
    return { prometheus, alertmanager, collector, tempo, loki, watch, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The collector, and Tempo and Loki where they are installed. */
async function receivers(home: string, prometheus: RunningPrometheus, keep: <C extends Child>(child: C) => C) {
  const tempoPath = programPath('tempo');
  const tempo = tempoPath ? keep(await startTempo(tempoPath, home)) : undefined;
  const lokiPath = programPath('loki');
  const loki = lokiPath ? keep(await startLoki(lokiPath, home)) : undefined;
  const collector = keep(
    await startCollector(needed('collector'), { prometheus: prometheus.url, tempo: tempo?.otlp, loki: loki?.url }),
  );
  return { collector, tempo, loki };
}

function needed(program: Parameters<typeof programPath>[0]): string {
  const path = programPath(program);
  if (!path) throw new Error(`${program} is not on the PATH`);
  return path;
}
