import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another platform works on the same folder. */
export class HomeInUse extends Error {
  override name = 'HomeInUse';
  pid: number;
  constructor(home: string, pid: number) {
    super(
      `${home} is in use by a platform that runs already (process ${pid}); stop it, or choose another folder with --home`,
    );
    this.pid = pid;
  }
}

/**
 * Takes `home` for this process. The lock of a process that is gone is taken over.
 * @returns how to give it back
 * @throws HomeInUse
 */
export function lockHome(home: string): () => void {
  const file = join(home, 'lock');
  const mine = `${process.pid} ${startOf(process.pid)}`;
  for (let tries = 0; ; tries++) {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries > 2) throw error;
      const holder = holderOf(home);
      if (holder !== undefined) throw new HomeInUse(home, holder);
      rmSync(file, { force: true });
    }
  }
}

/** The process that holds `home`, if it still runs. */
export function holderOf(home: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(join(home, 'lock'), 'utf8');
  } catch {
    return undefined;
  }
  const [pid = '', ...start] = text.split(' ');
  const began = startOf(Number(pid));
  return began !== undefined && began === start.join(' ') ? Number(pid) : undefined;
}

/** Start time of a process, which detects a reused process id; undefined when the process does not exist. */
function startOf(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : fields[18];
  } catch {
    if (process.platform === 'linux') return undefined;
    return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || undefined;
  }
}
