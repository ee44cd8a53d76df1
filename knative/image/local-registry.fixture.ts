import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@dormouse/serving/process/free-port';
import { hasProgram } from '@dormouse/serving/process/has-program';

/** A registry of this machine (distribution/distribution), with what it stores in a folder. */
export interface LocalRegistry {
  /** `127.0.0.1:18001` */
  host: string;
  /** Where each blob lies as a file. */
  blobs: string;
  end(): Promise<void>;
}

const maxTries = 200;

/** The project's own name of its program, and Debian's. */
const program = ['registry', 'docker-registry'].find((each) => hasProgram(each));

/** What a test with a registry misses on this machine. */
export const missingForRegistry = (): string[] => (program ? [] : ['registry']);

/** Starts a registry that holds nothing. @throws Error with what it printed, when it does not answer */
export async function startRegistry(): Promise<LocalRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  const storage = join(folder, 'storage');
  mkdirSync(storage);
  const config = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: storage } },
    http: { addr: host },
  };
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn(program ?? 'registry', ['serve', join(folder, 'config.yml')], {
    env: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: 'none' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const exited = once(child, 'exit');
  for (let tries = 0; !(await answers(host)); tries++) {
    if (tries === maxTries || child.exitCode !== null) throw new Error(`no registry answers:\n${printed}`);
    await sleep(50);
  }
  return {
    host,
    blobs: join(storage, 'docker/registry/v2/blobs/sha256'),
    async end() {
      child.kill();
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Lets skopeo take images without a signature, for whoever has this home: Debian's package of its settings may be missing. */
export function trustEverything(home: string): void {
  const folder = join(home, '.config/containers');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
}

const answers = (host: string): Promise<boolean> =>
  fetch(`http://${host}/v2/`).then(
    ({ ok }) => ok,
    () => false,
  );
