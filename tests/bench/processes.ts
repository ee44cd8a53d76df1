import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second of /proc's times: USER_HZ, 100 on Linux. */
const userHz = 100;

interface ProcessStat {
  pid: number;
  parent: number;
  /** User and system time of the process and of its children that have ended, in ms. */
  cpuMs: number;
  command: string;
}

/** Every process that descends from `root`, itself included (proc(5), /proc/PID/stat). */
export function family(root: number): ProcessStat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
  const members = new Map(all.filter(({ pid }) => pid === root).map((each) => [each.pid, each]));
  for (let size = 0; size !== members.size; ) {
    size = members.size;
    for (const each of all) if (members.has(each.parent)) members.set(each.pid, each);
  }
  return [...members.values()];
}

/** CPU time so far of a whole family, in ms, the children that ended included; the family's membership may change between two calls. */
export const cpuMs = (root: number): number => family(root).reduce((sum, { cpuMs }) => sum + cpuMs, 0);

/** Proportional set size in MiB (/proc/PID/smaps_rollup): shared pages are divided among those who share them. */
export function pssMib(pid: number): number {
  const line = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}

function readStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent] = fields;
    const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parent: parent ?? 0, cpuMs: (ticks * 1000) / userHz, command };
  } catch {
    return undefined; // it ended while we looked
  }
}
