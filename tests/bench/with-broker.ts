import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BrokerSetup, startBroker } from './broker-process.ts';
import type { ConsumerProcess } from './consumer-process.ts';
import { cpuMs } from './processes.ts';
import { senders } from './senders.ts';

/** Of one core, 0..1, while something was measured. */
export type Busy = Record<'broker' | 'senders' | 'consumer', number>;

/** Connections of the senders. */
export const clients = 256;

/** A new folder for the time of `work`. */
export async function inFolder<T>(outer: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(outer, 'broker-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A broker for the time of `work`, clients at it, and how busy everybody was meanwhile. */
export async function withBroker<T>(
  outer: string,
  setup: Omit<BrokerSetup, 'folder'>,
  work: (
    clients: Awaited<ReturnType<typeof senders>>,
    busy: (run: () => Promise<unknown>) => Promise<Busy>,
  ) => Promise<T>,
  consumer?: ConsumerProcess,
): Promise<T> {
  return inFolder(outer, async (folder) => {
    const broker = await startBroker({ folder, ...setup });
    const all = await senders(broker.port, clients);
    const used = () =>
      [broker.pid, process.pid, consumer?.pid].map((pid) => (pid ? own(pid) : 0)) as [number, number, number];
    try {
      return await work(all, async (run) => {
        const [before, start] = [used(), performance.now()];
        await run();
        const [after, ms] = [used(), performance.now() - start];
        const [of, sending, consuming] = after.map((value, i) => (value - (before[i] as number)) / ms) as [
          number,
          number,
          number,
        ];
        return { broker: of, senders: sending, consumer: consuming };
      });
    } finally {
      all.close();
      await broker.stop();
    }
  });
}

/** Without its children. */
const own = (pid: number) =>
  pid === process.pid ? (process.cpuUsage().user + process.cpuUsage().system) / 1_000 : cpuMs(pid);
