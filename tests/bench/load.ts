import autocannon from 'autocannon';
import { Agent } from 'undici';

/** One kind of request; `expect` is the status that counts as success. */
export interface Shot {
  method: 'GET' | 'POST';
  path: string;
  /** Headers and body of each request anew, so that writes and writers differ. */
  perRequest?: () => { headers: Record<string, string>; body: string };
  expect: number;
}

export interface Saturation {
  perSecond: number;
  requests: number;
  /** Answers that were not as expected, and connection errors. */
  errors: number;
}

/** Closed loop: `connections` clients that each send the next request when the last is answered. */
export async function saturate(origin: string, shot: Shot, connections: number, seconds: number): Promise<Saturation> {
  const result = await autocannon({
    url: origin,
    connections,
    duration: seconds,
    requests: [
      {
        method: shot.method,
        path: shot.path,
        ...(shot.perRequest && { setupRequest: (request) => ({ ...request, ...shot.perRequest?.() }) }),
      },
    ],
  });
  const statuses: Record<string, { count?: number }> = result.statusCodeStats ?? {};
  const good = statuses[String(shot.expect)]?.count ?? 0;
  const answered = Object.values(statuses).reduce((sum, { count }) => sum + (count ?? 0), 0);
  return { perSecond: good / result.duration, requests: good, errors: answered - good + result.errors };
}

export interface Arrivals {
  /** Milliseconds from the moment a request was due (not sent) to its last byte: no coordinated omission. */
  latencies: number[];
  errors: number;
  sent: number;
}

/**
 * Open loop: a request is due every 1/rate seconds, whether or not earlier ones have been answered.
 * @param rate requests per second
 */
export async function arrive(origin: string, shots: readonly Shot[], rate: number, seconds: number): Promise<Arrivals> {
  const agent = new Agent({ connections: 256, pipelining: 1 });
  const result: Arrivals = { latencies: [], errors: 0, sent: 0 };
  const total = Math.round(rate * seconds);
  const pending: Promise<void>[] = [];
  const start = performance.now();
  while (result.sent < total) {
    const due = start + (result.sent * 1000) / rate;
    if (due > performance.now()) {
      await new Promise((resolve) => (due - performance.now() > 1.2 ? setTimeout(resolve, 1) : setImmediate(resolve)));
      continue;
    }
    pending.push(fire(agent, origin, shots[result.sent % shots.length]!, due, result));
    result.sent++;
  }
  await Promise.all(pending);
  await agent.close();
  return result;
}

async function fire(agent: Agent, origin: string, shot: Shot, due: number, into: Arrivals): Promise<void> {
  try {
    const response = await agent.request({ origin, path: shot.path, method: shot.method, ...shot.perRequest?.() });
    await response.body.dump();
    if (response.statusCode === shot.expect) into.latencies.push(performance.now() - due);
    else into.errors++;
  } catch {
    into.errors++;
  }
}
