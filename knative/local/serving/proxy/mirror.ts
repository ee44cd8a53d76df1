import type { Duplex } from 'node:stream';
import type { ProblemError } from '@dormouse/http/problem-error';
import { Exchange, type Target } from './exchange.ts';
import type { InstanceRequest } from './instance-exchange.ts';
import type { ResponseCapture } from './response-capture.ts';

/** Sends a copy of a request; nobody but `capture` sees the answer. */
export function sendMirrored(
  target: Target,
  request: Pick<InstanceRequest, 'method' | 'path' | 'fields'> & { body: Buffer },
  timeoutMs: number,
  capture?: ResponseCapture,
): void {
  new MirroredRequest(request, timeoutMs, capture).send(target);
}

class MirroredRequest extends Exchange {
  readonly method: string;
  protected responding = false;
  readonly #request: InstanceRequest;
  readonly #timeoutMs: number;
  readonly #capture: ResponseCapture | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    { body, ...request }: Pick<InstanceRequest, 'method' | 'path' | 'fields'> & { body: Buffer },
    timeoutMs: number,
    capture: ResponseCapture | undefined,
  ) {
    super();
    this.method = request.method;
    this.#request = { ...request, body: body.length > 0 ? body : undefined, length: body.length, upgrade: '' };
    this.#timeoutMs = timeoutMs;
    this.#capture = capture;
  }

  send(target: Target): void {
    const giveUp = () => {
      this.abandon();
      this.#capture?.rejected(504);
    };
    this.#timer = setTimeout(giveUp, this.#timeoutMs).unref();
    this.enter(target);
  }

  protected instanceRequest(): InstanceRequest {
    return this.#request;
  }

  protected repeatable(): boolean {
    return true;
  }

  onResponseHead(status: number, _reason: string, fields: string[]): void {
    this.responding = true;
    this.#capture?.head(status, fields);
  }

  onResponseBody(bytes: Buffer): boolean {
    this.#capture?.body(bytes);
    return true;
  }

  onResponseEnd(trailers: readonly string[] = []): void {
    clearTimeout(this.#timer);
    this.leave();
    this.#capture?.end(trailers);
  }

  onUpgrade(_fields: string[], socket: Duplex): void {
    socket.destroy();
    this.onResponseEnd();
  }

  protected onAborted(): void {
    clearTimeout(this.#timer);
    this.#capture?.aborted(false);
  }

  rejected({ status }: ProblemError): void {
    clearTimeout(this.#timer);
    this.#capture?.rejected(status);
  }
}
