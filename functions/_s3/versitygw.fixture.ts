import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A real S3 server with one bucket, `bucket`. It checks signatures; a bucket is a folder, an object a file. */
export interface S3Server {
  /** Holds the buckets. */
  folder: string;
  /** What a client needs, as BucketOptions.env. */
  env: Record<string, string>;
  start(): Promise<void>;
  /** Without its leave. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Starts it. @throws Error when it ends at once */
export async function versitygw(): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-s3-'));
  mkdirSync(join(folder, 'bucket'));
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  taken.close();
  await once(taken, 'close');
  const env = {
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'a-secret-of-the-test',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  };
  let server: ChildProcess | undefined;

  const start = async () => {
    const { AWS_ACCESS_KEY_ID: ROOT_ACCESS_KEY, AWS_SECRET_ACCESS_KEY: ROOT_SECRET_KEY } = env;
    server = spawn('versitygw', ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', folder], {
      env: { PATH: process.env.PATH, ROOT_ACCESS_KEY, ROOT_SECRET_KEY },
      stdio: 'ignore',
    });
    while (!(await fetch(env.AWS_ENDPOINT_URL).catch(() => undefined))) {
      if (server.exitCode !== null) throw new Error(`versitygw ended with ${server.exitCode}`);
      await sleep(20);
    }
  };
  const kill = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  const close = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  await start();
  return { folder, env, start, kill, close };
}
