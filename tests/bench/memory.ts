import { request } from 'undici';
import { eventually, type RunningPlatform } from '../platform.ts';
import { coldPaths } from './cold.ts';
import { family, pssMib } from './processes.ts';

export interface Memory {
  /** PSS in MiB with every function asleep: the platform, its prewarmed process and Redis, PostgreSQL left out. */
  asleep: number;
  /** Of these, by process. */
  processes: Record<string, number>;
  postgres: number;
  /** PSS in MiB of an awake function's instance, after one request. */
  awake: Record<string, number>;
}

const isPostgres = (command: string) => /bin\/postgres -D|^postgres:/.test(command);

export async function memory(platform: RunningPlatform): Promise<Memory> {
  await eventually(
    () => platform.services(),
    (all) => all.every(({ instances }) => instances === 0),
    180,
  );
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const all = family(platform.pid).map(({ pid, command }) => ({ command, pid, mib: pssMib(pid) }));
  const ours = all.filter(({ command }) => !isPostgres(command));
  const sum = (list: { mib: number }[]) => list.reduce((total, { mib }) => total + mib, 0);
  const processes: Record<string, number> = {};
  for (const { command, mib } of ours) {
    const name = /redis/.test(command)
      ? 'redis'
      : /launcher|spare/.test(command)
        ? 'spare'
        : /esbuild/.test(command)
          ? 'esbuild'
          : 'platform';
    processes[name] = (processes[name] ?? 0) + mib;
  }
  return {
    asleep: sum(ours),
    processes,
    postgres: sum(all.filter(({ command }) => isPostgres(command))),
    awake: await awake(platform),
  };
}

async function awake(platform: RunningPlatform): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const name of ['posts', 'categories', 'auth', 'web', 'hello'] as const) {
    await (await request(platform.url + (name === 'web' ? '/blog/' : coldPaths[name]))).body.dump();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const service = (await platform.services()).find((each) => each.name === name)!;
    found[name] = pssMib(service.pids[0]!);
  }
  return found;
}
