import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of others that watch the platform, by the names that they are installed under. */
const names = {
  prometheus: ['prometheus'],
  alertmanager: ['alertmanager', 'prometheus-alertmanager'],
  collector: ['otelcol-contrib', 'otelcol-k8s', 'otelcol'],
  tempo: ['tempo'],
  loki: ['loki'],
  postgresExporter: ['postgres_exporter', 'prometheus-postgres-exporter'],
  redisExporter: ['redis_exporter', 'prometheus-redis-exporter'],
} as const;

export type Program = keyof typeof names;

/** Where on the PATH a program lies, of several Prometheus one that takes OTLP; undefined when it is not there. */
export function programPath(program: Program): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = names[program]
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .filter((path) => existsSync(path));
  return (program === 'prometheus' ? found.find(takesOtlp) : undefined) ?? found[0];
}

/** Those of some programs that are not on the PATH, by the names that they have there. */
export const missingOf = (...programs: readonly Program[]): string[] =>
  programs.filter((program) => !programPath(program)).map((program) => names[program][0]);

/** Whether a Prometheus can be pushed to: 3.0 or newer. */
export function takesOtlp(prometheus: string): boolean {
  return spawnSync(prometheus, ['--help'], { encoding: 'utf8' }).stdout.includes('web.enable-otlp-receiver');
}
