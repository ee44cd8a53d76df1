import type { ResponseHead } from '@dormouse/http/response-head';
import type { Probe } from '@dormouse/manifests/model';
import type { InstanceConnection, InstanceConnections, ResponseHandler } from './proxy/instance-connection.ts';

/** Why a probe failed; `undefined` on success. */
export type ProbeFailure = string | undefined;

/** Probes an instance once, like kubelet and queue-proxy: a status of 200 to 399 succeeds; without a path a connection is enough. */
export function probe(
  connections: InstanceConnections,
  { path, timeoutMs }: Pick<Probe, 'path' | 'timeoutMs'>,
): Promise<ProbeFailure> {
  return new Promise((done) => {
    const connection = connections.take();
    const timer = setTimeout(() => {
      connection.abandon();
      done(`${path ?? 'the port'} did not answer within ${timeoutMs} ms`);
    }, timeoutMs);
    const end = (failure: ProbeFailure) => {
      clearTimeout(timer);
      done(failure);
    };
    connection.begin(new Probing(connection, path, end));
  });
}

class Probing implements ResponseHandler {
  readonly bodiless = false;
  readonly #connection: InstanceConnection;
  readonly #path: string | undefined;
  readonly #end: (failure: ProbeFailure) => void;
  #status = 0;
  #body = '';

  constructor(connection: InstanceConnection, path: string | undefined, end: (failure: ProbeFailure) => void) {
    this.#connection = connection;
    this.#path = path;
    this.#end = end;
  }

  connected(): void {
    if (this.#path === undefined) {
      this.#connection.abandon();
      this.#end(undefined);
      return;
    }
    this.#connection.write(
      `GET ${this.#path} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: kube-probe/dormouse\r\n\r\n`,
      true,
    );
  }

  onResponseHead(head: ResponseHead, body: Buffer, done: boolean): void {
    this.#status = head.status;
    this.onResponseBody(body, done);
  }

  onResponseBody(bytes: Buffer, done: boolean): void {
    if (this.#body.length < 500) this.#body += bytes.toString('utf8', 0, 500);
    if (!done) return;
    this.#end(
      this.#status >= 200 && this.#status < 400
        ? undefined
        : `${this.#path} answers ${this.#status}${saying(this.#body)}`,
    );
  }

  onResponseFailed({ code }: { code: string }): void {
    this.#end(`${this.#path ?? 'the port'} cannot be reached (${code})`);
  }

  drained(): void {}
}

/** Beginning of a failed response: a problem's detail, else the body's text. */
function saying(body: string): string {
  const text = (/"detail":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body).replace(/\s+/g, ' ').trim().slice(0, 200);
  return text ? `: ${text}` : '';
}
