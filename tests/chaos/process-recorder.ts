import { readFileSync } from 'node:fs';
import { family } from '../bench/processes.ts';

export interface Process {
  pid: number;
  /** When it began, in clock ticks since boot: tells it from another one of its id. */
  start: string;
  command: string;
}

/** Remembers every process that was ever seen below the platform. */
export class ProcessRecorder {
  readonly #seen = new Map<string, Process>();

  get seen(): Process[] {
    return [...this.#seen.values()];
  }

  record(root: number): void {
    for (const { pid, command } of family(root)) {
      const start = startOf(pid);
      if (start) this.#seen.set(`${pid} ${start}`, { pid, start, command });
    }
  }
}

/** Whether this very process still runs; one that has ended and was not waited for does not. */
export const alive = ({ pid, start }: Process): boolean => startOf(pid) === start;

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}
