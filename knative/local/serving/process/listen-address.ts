import { type ListenOptions, Server } from 'node:net';

/** Where a program that wants to be reached listens instead. */
export interface ListenAddress {
  host: string;
  /** Further hosts that are replaced, beside those that mean every address. */
  also?: readonly string[];
  /** Ports that are replaced. */
  ports?: Readonly<Record<number, number>>;
}

const everywhere = new Set<unknown>([undefined, null, '', '0.0.0.0', '::', '[::]']);

/**
 * Makes every server of this process that listens on all addresses listen on one. On a cluster a program listens on all
 * addresses of its pod; here only this machine may reach it without the ingress.
 */
export function listenOn(address: ListenAddress): void {
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...given: unknown[]): Server {
    return (listen as (...args: unknown[]) => Server).apply(this, replaced(given, address));
  } as typeof listen;
}

function replaced(given: unknown[], { host: to, also = [], ports = {} }: ListenAddress): unknown[] {
  const hostOf = (host: unknown) => (everywhere.has(host) || also.includes(String(host)) ? to : host);
  const portOf = (port: unknown) => ports[Number(port)] ?? port;
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
    return [portOf(port), typeof second === 'string' ? hostOf(second) : to, ...others];
  }
  const { port, host } = first as ListenOptions;
  return port !== undefined && hostOf(host) !== host
    ? [{ ...(first as ListenOptions), host: hostOf(host), port: portOf(port) }, ...given.slice(1)]
    : given;
}
