import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@dormouse/serving/process/free-port';
import { brokerUrl, type RunningPlatform, removeHome, runPlatform, temporaryHome } from '../platform.ts';

const overlays = join(import.meta.dirname, '../overlays');
const program = join(import.meta.dirname, 'platform-on-faulty-disk.ts');
/** Of the file system for the brokers' logs: more than a campaign writes, little enough to be filled in a moment. */
const diskMib = 256;

/** The platform under test, in a home of its own, as it dies and comes back at the same address. */
export interface Site {
  readonly url: string;
  readonly console: string;
  readonly home: string;
  /** The one that runs, or ran last. */
  readonly platform: RunningPlatform;
  /** Whether the Broker loses what it has acknowledged. */
  readonly lossy: boolean;
  /** The Broker's address: another one after each start. */
  broker(): string;
  /** Folder of a file system of its own, small enough to be filled; undefined where none may be mounted. */
  readonly smallDisk: string | undefined;
  startAgain(): Promise<void>;
  /** Ends the platform and removes what it kept. */
  close(): Promise<void>;
}

export interface SiteOptions {
  /** Seed of a Broker that loses, doubles and delays what it has acknowledged; undefined for the one that is shipped. */
  lossySeed?: number | undefined;
  /** What the Broker has acknowledged is not looked after. */
  trustBroker?: boolean;
}

/** Starts the chaos overlay. */
export async function openSite({ lossySeed, trustBroker = false }: SiteOptions = {}): Promise<Site> {
  const home = temporaryHome();
  const smallDisk = mounted(join(home, 'events'));
  const ports = { port: await freePort(), consolePort: await freePort() };
  const overlay = join(overlays, trustBroker ? 'lossy-trusted' : 'chaos');
  const args = ['--no-watch', ...(lossySeed === undefined ? [] : ['--lossy-seed', String(lossySeed)])];
  const start = () => runPlatform({ home, overlay, ports, program, args });
  const unmount = () => smallDisk && spawnSync('umount', [smallDisk]);
  let platform = await start().catch((error: unknown) => {
    unmount();
    throw error;
  });
  let broker = await brokerUrl(platform);
  return {
    url: platform.url,
    console: platform.console,
    home,
    smallDisk,
    lossy: lossySeed !== undefined,
    get platform() {
      return platform;
    },
    broker: () => broker,
    async startAgain() {
      platform = await start();
      broker = await brokerUrl(platform);
    },
    async close() {
      await platform.stop();
      unmount();
      removeHome(home);
    },
  };
}

/** Only root may mount, and not everywhere. */
function mounted(folder: string): string | undefined {
  mkdirSync(folder, { recursive: true });
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMib}m,mode=700`, 'tmpfs', folder]);
  return done.status === 0 ? folder : undefined;
}
