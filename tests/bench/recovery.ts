import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openLog } from '@dormouse/eventing/log/segmented-log';
import { diskStore } from '@dormouse/eventing/log/store';
import { ackFiles } from '@dormouse/eventing/store/acks';
import { encodeEvent } from '@dormouse/eventing/store/stored-event';
import { triggerTable } from '@dormouse/eventing/store/trigger-table';
import { startBroker } from './broker-process.ts';

export interface Recovery {
  bytes: number;
  events: number;
  /** Milliseconds until the broker is open, its files in the page cache, and just dropped from it. */
  cachedMs: number;
  coldMs: number;
  /** Highest resident size of its process in MiB (VmHWM). */
  peakMib: number;
}

const wantedBytes = 1_000_000_000;

/** Writes a log of 1 GB, all of it delivered to one trigger but the newest 10,000 events, and opens it twice. */
export async function recovery(folder: string): Promise<Recovery> {
  const logFolder = join(folder, 'dormouse', 'default');
  const events = await write(logFolder);
  const setup = {
    folder,
    triggers: { live: { url: 'http://127.0.0.1:9/' } },
    delivery: { retry: 12, backoffDelayMs: 60_000 },
  };
  for (const name of readdirSync(logFolder))
    spawnSync('dd', [`if=${join(logFolder, name)}`, 'of=/dev/null', 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
  const bytes = readdirSync(logFolder).reduce((sum, name) => sum + statSync(join(logFolder, name)).size, 0);
  const cold = await startBroker(setup);
  const peakMib = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${cold.pid}/status`, 'utf8'))?.[1]) / 1024;
  process.kill(cold.pid, 'SIGKILL');
  const cached = await startBroker(setup);
  await cached.stop();
  return { bytes, events, cachedMs: cached.openMs, coldMs: cold.openMs, peakMib };
}

async function write(logFolder: string): Promise<number> {
  const store = diskStore(logFolder);
  const log = await openLog({ store });
  await (await triggerTable(store)).write(new Map([['live', { number: 1, start: 1 }]]));
  let over = 1;
  const acks = ackFiles({
    store,
    logId: log.id,
    newestSegment: () => log.end.segment,
    changedLowWatermarks: () => [{ trigger: 1, sequence: over }],
  });
  const data = Buffer.alloc(700, 'x');
  let bytes = 0;
  while (bytes < wantedBytes) {
    const payloads = Array.from({ length: 2_000 }, (_, i) => encodeEvent(event(log.end.sequence + i, data)));
    for (const { segment, sequence } of await log.append(payloads)) {
      if (bytes > wantedBytes - 10_000_000) continue;
      acks.add(segment, { trigger: 1, sequence, ending: 'delivered', attempts: 1, status: 202 });
      over = sequence + 1;
    }
    bytes += payloads.reduce((sum, { length }) => sum + length + 48, 0);
    await acks.flush();
  }
  await log.close();
  await acks.close();
  return log.end.sequence - 1;
}

const event = (number: number, data: Buffer) => ({
  attributes: {
    specversion: '1.0',
    id: `0199a3f2-7d4e-7000-8000-${String(number).padStart(12, '0')}`,
    source: '/posts',
    type: 'dev.dormouse.post.created.v1',
    subject: String(number),
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
  },
  data,
  traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00`,
  ttl: 255,
});
