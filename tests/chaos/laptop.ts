import { sendEvents, signerIn, toBroker, toOutbox } from './event-load.ts';
import { injectFault } from './inject-fault.ts';
import { database, observe, undelivered } from './observe.ts';
import { type LaptopStep, planOf } from './plan.ts';
import { alive, ProcessRecorder } from './process-recorder.ts';
import { quiet } from './quiet.ts';
import { read } from './reader.ts';
import { openSite } from './site.ts';
import type { ChaosTarget } from './target.ts';

export interface LaptopOptions {
  seed: number;
  /** Events a second. */
  rate: number;
  /** With a Broker that loses, doubles and delays what it has acknowledged; events then go through an outbox. */
  lossyBroker?: boolean | undefined;
  /** Believes that Broker, so that its losses show. */
  trustBroker?: boolean | undefined;
  say: (line: string) => void;
}

/** A platform of the campaign's own, on this machine. */
export async function openLaptop({
  seed,
  rate,
  lossyBroker = false,
  trustBroker = false,
  say,
}: LaptopOptions): Promise<ChaosTarget> {
  const site = await openSite({ lossySeed: lossyBroker ? seed : undefined, trustBroker });
  say(
    site.smallDisk
      ? 'the brokers lie on a small file system of their own'
      : 'no file system can be mounted here: a full disk is only injected',
  );
  const processes = new ProcessRecorder();
  return {
    url: site.url,
    authors: 'author',
    plan: planOf(seed),
    load: (ledger, going) => [
      sendEvents({
        ledger,
        accept: lossyBroker ? toOutbox(site.url) : toBroker(site.broker, signerIn(site.home)),
        streams: 32,
        batch: 10,
        rate,
        going,
      }),
      read({ ledger, url: site.url, wake: '/chaos/relay', going }),
    ],
    undelivered: async () => (await undelivered(site.console, 300)).length > 0,
    async inject(step, ready) {
      processes.record(site.platform.pid);
      return (await injectFault(site, step as LaptopStep, ready)).pids;
    },
    quiet: (ledger) => quiet(site, ledger, say),
    async observe() {
      processes.record(site.platform.pid);
      const sql = database(site.home);
      return observe(sql, site).finally(() => sql.end({ timeout: 1 }));
    },
    output: () => site.platform.output().slice(-4_000),
    async close() {
      await site.close();
      const left = processes.seen.filter(alive);
      for (const { pid } of left) process.kill(pid, 'SIGKILL');
      return left.map(({ pid, command }) => `${pid} ${command}`);
    },
  };
}
