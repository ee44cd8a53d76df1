import { spawn } from 'node:child_process';

/** A Service of a cluster as an address of this machine. */
export interface Forwarded {
  /** `http://127.0.0.1:PORT`. */
  origin: string;
  close(): void;
}

/** Runs `kubectl port-forward`. @throws Error with what it complained of */
export async function forwardPort({
  service,
  namespace,
  port,
}: {
  service: string;
  namespace: string;
  port: number;
}): Promise<Forwarded> {
  const child = spawn('kubectl', ['port-forward', '--namespace', namespace, `service/${service}`, `:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      const [, own] = /127\.0\.0\.1:(\d+) ->/.exec((printed += text)) ?? [];
      if (own) resolve(own);
    });
  child.once('error', reject).once('exit', () => reject(new Error(`kubectl port-forward: ${printed.trim()}`)));
  return { origin: `http://127.0.0.1:${await promise}`, close: () => void child.kill() };
}
