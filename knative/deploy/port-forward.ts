import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DeployError } from './overlay.ts';

/** A Service of a cluster as an address of this machine. */
export interface Forwarded {
  /** `127.0.0.1:PORT`. */
  host: string;
  close(): Promise<void>;
}

/** Runs `kubectl port-forward`. @throws DeployError with what it complained of */
export async function forwardPort({
  namespace,
  service,
  port,
}: {
  namespace: string;
  service: string;
  port: number;
}): Promise<Forwarded> {
  const child = spawn('kubectl', ['port-forward', '--namespace', namespace, `service/${service}`, `:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      const [, own] = /127\.0\.0\.1:(\d+) ->/.exec((printed += text)) ?? [];
      if (own) resolve(own);
    });
  exited.then(() => reject(new DeployError(`kubectl port-forward: ${printed.trim()}`)), reject);
  return {
    host: `127.0.0.1:${await promise}`,
    async close() {
      child.kill();
      await exited;
    },
  };
}
