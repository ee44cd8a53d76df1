import { Refusal } from '@dormouse/http/refusal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Activator, type Place, type Waiter } from './activator.ts';

interface TestPlace extends Place {
  name: string;
}
const place = (name: string): TestPlace => ({ name, inFlight: 0 });

class Request implements Waiter<TestPlace> {
  waiting = false;
  place: TestPlace | undefined;
  refusal: Refusal | undefined;
  readonly log: Request[];
  constructor(log: Request[] = []) {
    this.log = log;
  }
  admitted(to: TestPlace): void {
    this.place = to;
    this.log.push(this);
  }
  refused(refusal: Refusal): void {
    this.refusal = refusal;
  }
}

const activator = (
  options: { concurrency?: number; depth?: number; wake?: () => Refusal | undefined; now?: () => number } = {},
) => new Activator<TestPlace>({ concurrency: 0, wake: () => undefined, ...options });

describe('an activator', () => {
  it('keeps requests until there is a place, then lets them through in order', () => {
    let woken = 0;
    const door = activator({ wake: () => void woken++ as undefined });
    const log: Request[] = [];
    const requests = [new Request(log), new Request(log), new Request(log)];
    for (const request of requests) door.enter(request);
    expect([woken, log.length, door.queued, door.active]).toEqual([3, 0, 3, 3]);
    door.add(place('a'));
    expect(log).toEqual(requests);
    expect(door.queued).toBe(0);
  });

  it('gives each request to the place with the fewest', () => {
    const door = activator();
    for (const name of ['a', 'b', 'c']) door.add(place(name));
    const requests = Array.from({ length: 6 }, () => new Request());
    for (const request of requests) door.enter(request);
    expect(door.places.map(({ inFlight }) => inFlight)).toEqual([2, 2, 2]);
    door.leave(requests[1]!.place!);
    const next = new Request();
    door.enter(next);
    expect(next.place).toBe(requests[1]!.place);
  });

  it('refuses more than it may keep, with 503', () => {
    const door = activator({ depth: 2 });
    const requests = [new Request(), new Request(), new Request()];
    for (const request of requests) door.enter(request);
    expect(requests.map(({ refusal }) => refusal?.status)).toEqual([undefined, undefined, 503]);
  });

  it('counts those who gave up neither as waiting nor as active, and passes them over', () => {
    const door = activator({ depth: 2 });
    const [gone, here, later] = [new Request(), new Request(), new Request()];
    door.enter(gone);
    door.enter(here);
    gone.waiting = false;
    door.giveUp();
    door.enter(later);
    expect([door.queued, door.active]).toEqual([2, 2]);
    door.add(place('a'));
    expect([gone.place, here.place?.name, later.place?.name]).toEqual([undefined, 'a', 'a']);
  });

  it('refuses at once what waking says no to', () => {
    const refusal = new Refusal(503, 'unavailable', 'it crashes');
    const door = activator({ wake: () => refusal });
    const request = new Request();
    door.enter(request);
    expect(request.refusal).toBe(refusal);
    expect(door.active).toBe(0);
  });

  it('hands those who wait over to another one', () => {
    const [old, next] = [activator(), activator()];
    const log: Request[] = [];
    const requests = [new Request(log), new Request(log)];
    for (const request of requests) old.enter(request);
    old.moveTo(next);
    next.add(place('new'));
    expect(log).toEqual(requests);
    expect([old.active, old.requests, next.active, next.requests]).toEqual([0, 0, 2, 2]);
  });

  it('measures concurrency over time', () => {
    let now = 0;
    const door = activator({ now: () => now });
    door.add(place('a'));
    const request = new Request();
    door.enter(request);
    now = 1_000;
    door.leave(request.place!);
    now = 4_000;
    expect(door.sample()).toEqual({ concurrency: 0.25, requests: 1, ms: 4_000 });
    now = 5_000;
    expect(door.sample()).toEqual({ concurrency: 0, requests: 0, ms: 1_000 });
  });

  it('never gives a place more than it may have, loses nobody, and keeps the order', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('enter' as const) }),
      fc.record({
        do: fc.constantFrom('leave' as const, 'open' as const, 'close' as const, 'give up' as const),
        which: fc.nat(20),
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 80 }), (concurrency, steps) => {
        const door = activator({ concurrency });
        const admitted: Request[] = [];
        const all: Request[] = [];
        const gone = new Set<Request>();
        const running: Request[] = [];
        const seen = new Set<Request>();
        const places = Array.from({ length: 3 }, (_, n) => place(String(n)));
        for (const each of steps) {
          if (each.do === 'enter') {
            const request = new Request(admitted);
            all.push(request);
            door.enter(request);
          } else if (each.do === 'open') door.add(places[each.which % 3]!);
          else if (each.do === 'close') door.remove(places[each.which % 3]!);
          else if (each.do === 'leave') {
            const [done] = running.splice(each.which % Math.max(1, running.length), 1);
            if (done) door.leave(done.place!);
          } else {
            const waiting = all.filter((request) => request.waiting);
            const request = waiting[each.which % Math.max(1, waiting.length)];
            if (request) {
              request.waiting = false;
              gone.add(request);
              door.giveUp();
            }
          }
          for (const request of admitted) if (!seen.has(request)) running.push(request);
          for (const request of admitted) seen.add(request);
          for (const { inFlight } of places) expect(inFlight).toBeLessThanOrEqual(concurrency);
          expect(door.active).toBe(running.length + all.filter((request) => request.waiting).length);
        }
        const order = admitted.map((request) => all.indexOf(request));
        expect(order).toEqual([...order].sort((one, other) => one - other));
        for (const request of all)
          expect(Number(request.waiting) + Number(request.place !== undefined) + Number(gone.has(request))).toBe(1);
      }),
    );
  });
});
