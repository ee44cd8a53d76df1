// Entry point of every instance's process. It contains no function's code: a prewarmed process runs this file and waits.
import { subscribe } from 'node:diagnostics_channel';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { type AddressInfo, Server } from 'node:net';
import { pathToFileURL } from 'node:url';
// Preloaded: nearly every program needs them, and a prewarmed process is idle.
import 'node:http';
import 'node:crypto';
import 'node:async_hooks';
import 'node:stream/promises';
import { listenOn } from './listen-address.ts';

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

listenOn({ host: '127.0.0.1' });

const preloaded = process.argv.slice(2);
let assigned = false;
const waiting = setInterval(() => {}, 2 ** 30);
// Only a prewarmed process has time for this before its message arrives.
const idle = setTimeout(() => void import('./warm-up.ts').then(({ warmUp }) => warmUp(preloaded)).catch(() => {}), 100);

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
