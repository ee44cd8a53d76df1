import { ProblemError } from '@dormouse/http/problem-error';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Activator, type Endpoint, type PendingRequest } from './activator.ts';

interface TestEndpoint extends Endpoint {
  name: string;
}
const endpoint = (name: string): TestEndpoint => ({ name, inFlight: 0 });

class Request implements PendingRequest<TestEndpoint> {
  waiting = false;
  patient = false;
  endpoint: TestEndpoint | undefined;
  problem: ProblemError | undefined;
  readonly log: Request[];
  constructor(log: Request[] = []) {
    this.log = log;
  }
  admitted(to: TestEndpoint): void {
    this.endpoint = to;
    this.log.push(this);
  }
  rejected(problem: ProblemError): void {
    this.problem = problem;
  }
}

const createActivator = (
  options: {
    concurrency?: number;
    depth?: number;
    wake?: (patient: boolean) => ProblemError | undefined;
    now?: () => number;
  } = {},
) => new Activator<TestEndpoint>({ concurrency: 0, wake: () => undefined, ...options });

describe('an activator', () => {
  it('queues requests until there is an endpoint, then admits them in order', () => {
    let woken = 0;
    const activator = createActivator({ wake: () => void woken++ as undefined });
    const log: Request[] = [];
    const requests = [new Request(log), new Request(log), new Request(log)];
    for (const request of requests) activator.enter(request);
    expect([woken, log.length, activator.queued, activator.active]).toEqual([3, 0, 3, 3]);
    activator.add(endpoint('a'));
    expect(log).toEqual(requests);
    expect(activator.queued).toBe(0);
  });

  it('gives each request to the least busy endpoint', () => {
    const activator = createActivator();
    for (const name of ['a', 'b', 'c']) activator.add(endpoint(name));
    const requests = Array.from({ length: 6 }, () => new Request());
    for (const request of requests) activator.enter(request);
    expect(activator.endpoints.map(({ inFlight }) => inFlight)).toEqual([2, 2, 2]);
    activator.leave(requests[1]!.endpoint!);
    const next = new Request();
    activator.enter(next);
    expect(next.endpoint).toBe(requests[1]!.endpoint);
  });

  it('keeps those that are patient when it rejects the others, in order', () => {
    const asked: boolean[] = [];
    const activator = createActivator({ wake: (patient) => void asked.push(patient) as undefined });
    const log: Request[] = [];
    const requests = [new Request(log), new Request(log), new Request(log)];
    requests[0]!.patient = true;
    requests[2]!.patient = true;
    for (const request of requests) activator.enter(request);
    const problem = new ProblemError(503, 'unavailable', 'It is not ready.');
    activator.rejectWaiting(problem, { patientToo: false });
    expect(requests.map((request) => request.problem)).toEqual([undefined, problem, undefined]);
    expect([asked, activator.active, activator.queued]).toEqual([[true, false, true], 2, 2]);
    activator.add(endpoint('a'));
    expect(log).toEqual([requests[0], requests[2]]);
    activator.rejectWaiting(problem);
    expect(activator.queued).toBe(0);
  });

  it('rejects requests beyond its queue, with 503', () => {
    const activator = createActivator({ depth: 2 });
    const requests = [new Request(), new Request(), new Request()];
    for (const request of requests) activator.enter(request);
    expect(requests.map(({ problem }) => problem?.status)).toEqual([undefined, undefined, 503]);
  });

  it('counts those who gave up neither as waiting nor as active, and passes them over', () => {
    const activator = createActivator({ depth: 2 });
    const [gone, here, later] = [new Request(), new Request(), new Request()];
    activator.enter(gone);
    activator.enter(here);
    gone.waiting = false;
    activator.giveUp();
    activator.enter(later);
    expect([activator.queued, activator.active]).toEqual([2, 2]);
    activator.add(endpoint('a'));
    expect([gone.endpoint, here.endpoint?.name, later.endpoint?.name]).toEqual([undefined, 'a', 'a']);
  });

  it('rejects at once when `wake` returns a problem', () => {
    const problem = new ProblemError(503, 'unavailable', 'it crashes');
    const activator = createActivator({ wake: () => problem });
    const request = new Request();
    activator.enter(request);
    expect(request.problem).toBe(problem);
    expect(activator.active).toBe(0);
  });

  it('hands those who wait over to another one', () => {
    const [old, next] = [createActivator(), createActivator()];
    const log: Request[] = [];
    const requests = [new Request(log), new Request(log)];
    for (const request of requests) old.enter(request);
    old.moveTo(next);
    next.add(endpoint('new'));
    expect(log).toEqual(requests);
    expect([old.active, old.requests, next.active, next.requests]).toEqual([0, 0, 2, 2]);
  });

  it('measures concurrency over time', () => {
    let now = 0;
    const activator = createActivator({ now: () => now });
    activator.add(endpoint('a'));
    const request = new Request();
    activator.enter(request);
    now = 1_000;
    activator.leave(request.endpoint!);
    now = 4_000;
    expect(activator.sample()).toEqual({ concurrency: 0.25, requests: 1, ms: 4_000 });
    now = 5_000;
    expect(activator.sample()).toEqual({ concurrency: 0, requests: 0, ms: 1_000 });
  });

  it('never exceeds an endpoint’s concurrency, loses no request, and keeps the order', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('enter' as const) }),
      fc.record({
        do: fc.constantFrom('leave' as const, 'open' as const, 'close' as const, 'give up' as const),
        which: fc.nat(20),
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 80 }), (concurrency, steps) => {
        const activator = createActivator({ concurrency });
        const admitted: Request[] = [];
        const all: Request[] = [];
        const gone = new Set<Request>();
        const running: Request[] = [];
        const seen = new Set<Request>();
        const endpoints = Array.from({ length: 3 }, (_, n) => endpoint(String(n)));
        for (const each of steps) {
          if (each.do === 'enter') {
            const request = new Request(admitted);
            all.push(request);
            activator.enter(request);
          } else if (each.do === 'open') activator.add(endpoints[each.which % 3]!);
          else if (each.do === 'close') activator.remove(endpoints[each.which % 3]!);
          else if (each.do === 'leave') {
            const [done] = running.splice(each.which % Math.max(1, running.length), 1);
            if (done) activator.leave(done.endpoint!);
          } else {
            const waiting = all.filter((request) => request.waiting);
            const request = waiting[each.which % Math.max(1, waiting.length)];
            if (request) {
              request.waiting = false;
              gone.add(request);
              activator.giveUp();
            }
          }
          for (const request of admitted) if (!seen.has(request)) running.push(request);
          for (const request of admitted) seen.add(request);
          for (const { inFlight } of endpoints) expect(inFlight).toBeLessThanOrEqual(concurrency);
          expect(activator.active).toBe(running.length + all.filter((request) => request.waiting).length);
        }
        const order = admitted.map((request) => all.indexOf(request));
        expect(order).toEqual([...order].sort((one, other) => one - other));
        for (const request of all)
          expect(Number(request.waiting) + Number(request.endpoint !== undefined) + Number(gone.has(request))).toBe(1);
      }),
    );
  });
});
