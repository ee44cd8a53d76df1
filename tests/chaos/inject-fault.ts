import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { family } from '../bench/processes.ts';
import type { FunctionName, KillTarget, LaptopStep } from './plan.ts';
import type { Site } from './site.ts';

/** What a step injected. */
export interface InjectedFault {
  /** Processes that it affected; empty when none ran. */
  pids: number[];
}

/** Requests that wake a function that sleeps; the events wake the others. */
const calls: Partial<Record<FunctionName, [string, string]>> = {
  posts: ['GET', '/blog/api/posts'],
  categories: ['GET', '/blog/api/categories'],
  web: ['GET', '/blog/'],
  auth: ['GET', '/.well-known/jwks.json'],
  relay: ['POST', '/chaos/relay'],
};

const wakeMs = 3_000;
/** Before each sync of a slow disk: 20 to 320 ms. */
const slowMs = (durationMs: number) => 20 + (durationMs % 300);

/**
 * Does what a step says, and undoes it: what was stopped goes on, a full disk has room again, a platform that was killed runs.
 * @param ready resolves when the fault is to be injected
 */
export async function injectFault(site: Site, step: LaptopStep, ready: () => Promise<void>): Promise<InjectedFault> {
  const { fault, durationMs } = step;
  if (fault.kind === 'disk') return breakDisk(site, fault.target, durationMs);
  if (fault.target === 'platform-on-slow-disk') {
    // What is acknowledged before it is stored is lost here.
    site.platform.tell({ state: 'slow', delayMs: slowMs(durationMs) });
    await sleep(2 * slowMs(durationMs));
  }
  const pids = await targets(site, fault.target, step.which);
  await ready();
  if (fault.kind === 'pause') return pause(pids, durationMs);
  if (fault.target.startsWith('platform')) {
    await site.platform.kill();
    await site.startAgain();
    return { pids };
  }
  return { pids: pids.filter((pid) => signal(pid, 'SIGKILL')) };
}

async function targets(site: Site, target: KillTarget, which: number): Promise<number[]> {
  const below = (pattern: RegExp) =>
    family(site.platform.pid)
      .filter(({ command }) => pattern.test(command))
      .map(({ pid }) => pid);
  switch (target) {
    case 'platform':
    case 'platform-on-slow-disk':
      return [site.platform.pid];
    case 'postgres':
      return below(/bin\/postgres -D|^postgres:/);
    case 'postgres-backend': {
      const backends = below(/^postgres: (posts|categories|recorder|relay|auth) /);
      return backends.slice(Math.floor(which * backends.length)).slice(0, 1);
    }
    case 'redis':
      return below(/redis-server/);
    default: {
      const instances = await awake(site, target);
      return instances.slice(Math.floor(which * instances.length)).slice(0, 1);
    }
  }
}

/** Instances of a function, which is woken when it sleeps. */
async function awake(site: Site, name: FunctionName): Promise<number[]> {
  const call = calls[name];
  if (call)
    void fetch(site.url + call[1], { method: call[0], signal: AbortSignal.timeout(10_000) })
      .then((response) => response.arrayBuffer())
      .catch(() => {});
  for (const until = Date.now() + wakeMs; Date.now() < until; await sleep(10)) {
    const services = await site.platform.services().catch(() => []);
    const pids = services.find((service) => service.name === name)?.pids ?? [];
    if (pids.length > 0) return pids;
  }
  return [];
}

async function pause(pids: number[], durationMs: number): Promise<InjectedFault> {
  const stopped = pids.filter((pid) => signal(pid, 'SIGSTOP'));
  await sleep(durationMs);
  for (const pid of stopped) signal(pid, 'SIGCONT');
  return { pids: stopped };
}

async function breakDisk(site: Site, fault: string, durationMs: number): Promise<InjectedFault> {
  const { platform, smallDisk } = site;
  if (fault === 'full-really' && smallDisk) {
    const ballast = join(smallDisk, 'ballast');
    fill(ballast);
    await sleep(durationMs);
    rmSync(ballast);
  } else {
    platform.tell({ state: fault === 'full-really' ? 'full' : fault, delayMs: slowMs(durationMs) });
    await sleep(durationMs);
    platform.tell({ state: 'well' });
  }
  return { pids: [platform.pid] };
}

/** Writes until there is no room. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 1024 * 1024; size >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        size >>= 4;
      }
    }
  } finally {
    closeSync(file);
  }
}

/** False when it has ended. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}
