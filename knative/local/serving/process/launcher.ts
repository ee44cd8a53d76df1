// Entry point of every instance's process. It contains no function's code: a prewarmed process runs this file and waits.
import { subscribe } from 'node:diagnostics_channel';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { type AddressInfo, type ListenOptions, Server } from 'node:net';
import { pathToFileURL } from 'node:url';
// Preloaded: nearly every program needs them, and a prewarmed process is idle.
import 'node:http';
import 'node:crypto';
import 'node:async_hooks';
import 'node:stream/promises';

/** Message that tells a process which program to run. */
export interface Assignment {
  env: Record<string, string>;
  cwd: string;
  /** Absolute path of the program. */
  entry: string;
  args: readonly string[];
  /** Folder of V8's code cache. */
  cache: string;
}

const sendToParent = process.send?.bind(process);
delete (process as { send?: unknown }).send; // an application must not take the channel for its own
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL')); // the platform is gone
process.on('message', (message: Assignment | 'flush') => {
  if (message === 'flush') flushCompileCache();
  else become(message);
});
process.channel?.unref();
subscribe('tracing:net.server.listen:asyncEnd', (message) => {
  const { server } = message as { server: Server };
  if (!assigned || !(server instanceof Server)) return;
  const address = server.address() as AddressInfo | null;
  if (address) sendToParent?.({ listening: address.port });
});

// On a cluster a program listens on all addresses of its pod. Here only this machine may reach it without the ingress.
const loopback = '127.0.0.1';
const everywhere = new Set<unknown>([undefined, null, '', '0.0.0.0', '::', '[::]']);
const { listen } = Server.prototype;
Server.prototype.listen = function (this: Server, ...given: unknown[]): Server {
  return (listen as (...args: unknown[]) => Server).apply(this, onLoopback(given));
} as typeof listen;

function onLoopback(given: unknown[]): unknown[] {
  const [first, second, ...rest] = given;
  if (
    typeof first === 'number' ||
    (typeof first === 'string' && /^\d+$/.test(first)) ||
    first === undefined ||
    typeof first === 'function'
  ) {
    const [port, others] =
      typeof first === 'function'
        ? [0, [first]]
        : [first ?? 0, second == null || typeof second === 'string' ? rest : given.slice(1)];
    return [port, typeof second === 'string' && !everywhere.has(second) ? second : loopback, ...others];
  }
  const { port, host } = first as ListenOptions;
  return port !== undefined && everywhere.has(host)
    ? [{ ...(first as ListenOptions), host: loopback }, ...given.slice(1)]
    : given;
}

let assigned = false;
const waiting = setInterval(() => {}, 2 ** 30);
// Only a prewarmed process has time for this before its message arrives.
const idle = setTimeout(() => void import('./warm-up.ts').then(({ warmUp }) => warmUp()).catch(() => {}), 100);

function become({ env, cwd, entry, args, cache }: Assignment): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  // A prewarmed process is older than its instance.
  Object.assign(process.env, env, { STARTED_AT: String(Date.now()) });
  process.chdir(cwd);
  process.argv.splice(1, process.argv.length, entry, ...args);
  enableCompileCache(cache);
  assigned = true;
  clearInterval(waiting);
  clearTimeout(idle);
  import(pathToFileURL(entry).href).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
