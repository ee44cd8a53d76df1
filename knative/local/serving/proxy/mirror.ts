import type { Duplex } from 'node:stream';
import { Exchange, type Target } from './exchange.ts';
import type { InstanceRequest } from './instance-exchange.ts';

/** Sends a copy of a request, and drops the answer. */
export function sendMirrored(
  target: Target,
  request: Pick<InstanceRequest, 'method' | 'path' | 'fields'> & { body: Buffer },
  timeoutMs: number,
): void {
  new MirroredRequest(request, timeoutMs).send(target);
}

class MirroredRequest extends Exchange {
  readonly method: string;
  protected responding = false;
  readonly #request: InstanceRequest;
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    { body, ...request }: Pick<InstanceRequest, 'method' | 'path' | 'fields'> & { body: Buffer },
    timeoutMs: number,
  ) {
    super();
    this.method = request.method;
    this.#request = { ...request, body: body.length > 0 ? body : undefined, length: body.length, upgrade: '' };
    this.#timeoutMs = timeoutMs;
  }

  send(target: Target): void {
    this.#timer = setTimeout(() => this.abandon(), this.#timeoutMs).unref();
    this.enter(target);
  }

  protected instanceRequest(): InstanceRequest {
    return this.#request;
  }

  protected repeatable(): boolean {
    return true;
  }

  onResponseHead(): void {
    this.responding = true;
  }

  onResponseBody(): boolean {
    return true;
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    this.leave();
  }

  onUpgrade(_fields: string[], socket: Duplex): void {
    socket.destroy();
    this.onResponseEnd();
  }

  protected onAborted(): void {
    clearTimeout(this.#timer);
  }

  rejected(): void {
    clearTimeout(this.#timer);
  }
}
