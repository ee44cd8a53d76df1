import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { giveMemoryBack } from './give-memory-back.ts';

/** Parts of Node that programs commonly load while they start. */
const parts = [
  'node:dns',
  'node:fs/promises',
  'node:os',
  'node:path',
  'node:perf_hooks',
  'node:timers/promises',
  'node:tls',
  'node:util',
  'node:zlib',
  'node:buffer',
];

/**
 * Runs ahead of time what nearly every program runs first: loads parts of Node, creates web objects, serves a request on
 * loopback. V8 and Node compile all of it lazily, which is a large part of a cold start.
 * @param preloaded absolute paths of modules that the programs share
 */
export async function warmUp(preloaded: readonly string[]): Promise<void> {
  for (const part of parts) await import(part);
  for (const file of preloaded) await import(pathToFileURL(file).href);
  await new Response(
    JSON.stringify({
      at: new URL(new Request('http://127.0.0.1/', { headers: new Headers({ accept: '*/*' }) }).url).href,
    }),
  ).text();
  new AbortController().signal.throwIfAborted();
  const server = createServer((request, response) =>
    request.on('end', () => response.writeHead(200, { 'content-type': 'text/plain' }).end('warm')).resume(),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((done) =>
    get({ port, host: '127.0.0.1', agent: false }, (incoming) => incoming.resume().on('close', done)).on('error', () =>
      done(),
    ),
  );
  server.close();
  await giveMemoryBack(); // what loading left over: a third of this process
}
