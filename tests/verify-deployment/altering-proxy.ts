import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A response on its way to the client. */
export interface PassedResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface AlteringProxy {
  url: string;
  /** Changes what passes from now on; undefined: nothing. */
  alter(by: ((path: string, response: PassedResponse, method: string) => void) | undefined): void;
  close(): Promise<void>;
}

/** A reverse proxy before `origin` that breaks what a test wants broken. */
export async function alteringProxy(origin: string): Promise<AlteringProxy> {
  let change: Parameters<AlteringProxy['alter']>[0];
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming;
    const { hostname, port } = new URL(origin);
    const headers = { ...incoming.headers, 'accept-encoding': 'identity' };
    const upstream = request({ hostname, port, path: url, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...kept } = response.headers;
        const passed = { status: response.statusCode ?? 0, headers: kept, body: Buffer.concat(chunks).toString() };
        change?.(url, passed, method);
        send(outgoing, passed);
      });
    });
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    alter: (by) => void (change = by),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function send(outgoing: ServerResponse, { status, headers, body }: PassedResponse): void {
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) outgoing.setHeader(name, value);
  outgoing.writeHead(status).end(status === 204 || status === 304 ? undefined : body);
}
