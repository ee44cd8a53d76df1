import { readdirSync, readFileSync } from 'node:fs';
import { kubectl } from '../../../kubectl.ts';

interface Pod {
  metadata: { uid: string; deletionTimestamp?: string };
}

export interface PodProcess {
  pid: number;
  command: string;
}

/** Processes of a Deployment's or a Service's pods, where the node is this machine. @throws Error where it is not */
export async function podProcesses(namespace: string, selector: string): Promise<PodProcess[]> {
  const { items } = JSON.parse(await kubectl(['-n', namespace, 'get', 'pods', '-l', selector, '-o', 'json'])) as {
    items: Pod[];
  };
  const uids = items.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.uid);
  return processes().filter(({ cgroup }) => uids.some((uid) => cgroup.includes(uid)));
}

const processes = () =>
  readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    try {
      const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
      return [
        { pid, command: read('cmdline').replaceAll('\0', ' ').trim(), cgroup: read('cgroup').replaceAll('_', '-') },
      ];
    } catch {
      return []; // It has ended.
    }
  });
