import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { problemBody } from '@dormouse/http/problem';
import type { ProblemError } from '@dormouse/http/problem-error';
import { addressOf as addressInCluster } from '@dormouse/manifests/address-of';
import { brokerOfChannel } from '@dormouse/manifests/channel-address';
import type { Destination } from '@dormouse/manifests/model';
import type { AnsweredRequest, RequestCounts } from '@dormouse/telemetry/request-counts';
import { Exchange, type Target } from './exchange.ts';
import type { InstanceRequest } from './instance-exchange.ts';
import { maxResponseBytes, type Upstream, type UpstreamRequest, type UpstreamResponse } from './upstream.ts';

export interface UpstreamOptions {
  target: (name: string, namespace: string) => Target | undefined;
  /** Address inside a cluster → address here; see ../process/environment.ts. */
  addressOf: (url: string) => string;
  /** `http://127.0.0.1:PORT` of the brokers. */
  brokerOrigin: () => string;
  /** Counts what Services are sent. */
  counts?: RequestCounts;
}

const failure = (code: string, message: string) => Object.assign(new Error(message), { code });

/** Sends requests to Services of this platform through their activators, to all other destinations over the network. */
export function createUpstream({ target, addressOf, brokerOrigin, counts }: UpstreamOptions): Upstream {
  return {
    async request(to: Destination, request) {
      if (to.kind === 'broker') return overNetwork(`${brokerOrigin()}/${to.namespace}/${to.name}`, request);
      if (to.kind === 'channel')
        return overNetwork(`${brokerOrigin()}/${to.namespace}/${brokerOfChannel(to.name)}`, request);
      if (to.kind === 'jobSink') return overNetwork(addressOf(addressInCluster(to)), request);
      if (to.kind === 'url') return overNetwork(new URL(addressOf(to.url)).origin + request.path, request);
      const found = target(to.name, to.namespace);
      if (!found) throw failure('ENOTFOUND', `there is no Service ${to.name} in ${to.namespace}`);
      return new Promise((done, failed) => {
        const over = (delivery: Delivery) => counts?.add(delivery.answered());
        new Delivery(request, done, failed, over).send(found);
      });
    },
  };
}

/** A request with a complete body that reads the whole response. */
class Delivery extends Exchange {
  override readonly patient = true;
  readonly method: string;
  protected responding = false;
  readonly #request: UpstreamRequest;
  readonly #done: (response: UpstreamResponse) => void;
  readonly #failed: (error: Error) => void;
  #timer: NodeJS.Timeout | undefined;
  #status = 0;
  #headers: Record<string, string> = {};
  #body = new ResponseBody();
  #over = false;

  readonly #ended: (delivery: Delivery) => void;
  readonly #startedAt = performance.now();

  constructor(
    request: UpstreamRequest,
    done: (response: UpstreamResponse) => void,
    failed: (error: Error) => void,
    ended: (delivery: Delivery) => void,
  ) {
    super();
    this.#ended = ended;
    this.#request = request;
    this.#done = done;
    this.#failed = failed;
    this.method = request.method;
  }

  send(target: Target): void {
    const { timeoutMs } = this.#request;
    this.#timer = setTimeout(() => {
      this.#status = 504;
      this.responding = false;
      this.abandon();
      this.#settle(() => this.#failed(failure('TIMEOUT', `${target.name} did not answer within ${timeoutMs} ms`)));
    }, timeoutMs);
    this.enter(target);
  }

  protected instanceRequest(): InstanceRequest {
    const { method, path, headers, body } = this.#request;
    const fields = Object.entries(headers).flatMap(([name, value]) => [
      name.toLowerCase(),
      value.replace(/[^\t\x20-\x7e\x80-\xff]/g, ''),
    ]);
    return {
      method,
      path,
      fields: ['host', this.target!.authority, ...fields],
      body: body.length > 0 ? body : undefined,
      length: body.length,
      upgrade: '',
    };
  }

  protected repeatable(): boolean {
    return true;
  }

  onResponseHead(status: number, _reason: string, fields: string[]): void {
    this.responding = true;
    this.#status = status;
    this.#headers = joinedFields(fields);
  }

  onResponseBody(bytes: Buffer): boolean {
    this.#body.add(bytes);
    return true;
  }

  onResponseEnd(): void {
    this.leave();
    this.#settle(() => this.#done({ status: this.#status, headers: this.#headers, ...this.#body.content() }));
  }

  onUpgrade(): void {} // it asks for none

  protected onAborted(): void {
    this.#status = 502;
    this.#settle(() => this.#failed(failure('ECONNRESET', 'the response was aborted')));
  }

  rejected(problem: ProblemError): void {
    this.#status = problem.status;
    if (problem.status === 502) {
      this.#settle(() => this.#failed(failure('ECONNRESET', problem.detail)));
      return;
    }
    const wait: Record<string, string> =
      problem.retryAfter === undefined ? {} : { 'retry-after': String(problem.retryAfter) };
    const headers = { 'content-type': 'application/problem+json', ...wait };
    this.#settle(() => this.#done({ status: problem.status, headers, body: Buffer.from(problemBody(problem, '')) }));
  }

  #settle(settle: () => void): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#ended(this);
    settle();
  }

  /** What became of it. */
  answered(): AnsweredRequest {
    return {
      entry: 'event',
      route: '',
      service: this.target?.name ?? '',
      method: this.method,
      status: this.#status,
      answeredBy: this.responding ? 'function' : 'activator',
      ms: performance.now() - this.#startedAt,
      cold: this.cold,
    };
  }
}

/** A response's body, truncated at `maxResponseBytes`: an endless response costs no memory. */
class ResponseBody {
  #parts: Buffer[] = [];
  #bytes = 0;

  add(part: Buffer): void {
    if (this.#bytes < maxResponseBytes) this.#parts.push(part.subarray(0, maxResponseBytes - this.#bytes));
    this.#bytes += part.length;
  }

  content(): { body: Buffer; cut?: boolean } {
    return { body: Buffer.concat(this.#parts), ...(this.#bytes > maxResponseBytes ? { cut: true } : {}) };
  }
}

function joinedFields(fields: readonly string[]): Record<string, string> {
  const joined: Record<string, string> = {};
  for (let at = 0; at < fields.length; at += 2) {
    const [name, value] = [fields[at]!, fields[at + 1]!];
    joined[name] = joined[name] === undefined ? value : `${joined[name]}, ${value}`;
  }
  return joined;
}

function overNetwork(url: string, { method, headers, body, timeoutMs }: UpstreamRequest): Promise<UpstreamResponse> {
  return new Promise((done, failed) => {
    const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, {
      method,
      headers: { ...headers, 'content-length': body.length },
    });
    const late = setTimeout(
      () => request.destroy(failure('TIMEOUT', `${url} did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const onResponse = (response: UpstreamResponse) => {
      clearTimeout(late);
      done(response);
    };
    request.on('error', failed).on('close', () => clearTimeout(late));
    request.on('response', (response) => {
      const body = new ResponseBody();
      response.on('data', (part: Buffer) => body.add(part)).on('error', (error) => failed(request.errored ?? error));
      response.on('end', () =>
        onResponse({ status: response.statusCode ?? 0, headers: joined(response.headers), ...body.content() }),
      );
    });
    // The request asked for no upgrade: treat 101 as a response without a body.
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      onResponse({ status: response.statusCode ?? 101, headers: {}, body: Buffer.alloc(0) });
    });
    request.end(body);
  });
}

function joined(headers: IncomingHttpHeaders): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name] as string | string[];
    fields[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return fields;
}
