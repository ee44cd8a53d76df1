// Runs first in a function's program: its clock is an hour ahead, whichever way it is asked for.
import { performance } from 'node:perf_hooks';

const aheadMs = 3_600_000;
const Clock = Date;
const { timeOrigin } = performance;

globalThis.Date = new Proxy(Clock, {
  construct: (target, given: [], self) => Reflect.construct(target, given.length > 0 ? given : [now()], self) as Date,
  apply: () => new Clock(now()).toString(),
  get: (target, name, self) => (name === 'now' ? now : Reflect.get(target, name, self)),
});
Object.defineProperty(performance, 'timeOrigin', { value: timeOrigin + aheadMs });

function now(): number {
  return Clock.now() + aheadMs;
}
