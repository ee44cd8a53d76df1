import { defaultAutoscaling } from '@dormouse/manifests/autoscaling.fixture';
import type { Autoscaling } from '@dormouse/manifests/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, newScale } from './autoscaler.ts';

const tick = 2_000;

/** Lets the load of each tick act; instances follow at once. Returns how many were wanted after each tick. */
function run(
  loads: readonly number[],
  changes: Partial<Autoscaling> = {},
  ready = 1,
  requests = 0,
): { wanted: number[]; panicking: boolean[] } {
  let state = newScale();
  const wanted: number[] = [];
  const panicking: boolean[] = [];
  let present = ready;
  for (const [index, concurrency] of loads.entries()) {
    const decision = decide(state, { at: 1_000_000 + index * tick, ms: tick, concurrency, requests }, present, {
      ...defaultAutoscaling,
      ...changes,
    });
    state = decision.state;
    wanted.push((present = decision.wanted));
    panicking.push(decision.panicking);
  }
  return { wanted, panicking };
}
const of = (count: number, load: number): number[] => Array.from({ length: count }, () => load);

describe('the autoscaler', () => {
  it('wants as many instances as the average load needs', () => {
    expect(run(of(40, 100)).wanted.at(-1)).toBe(2);
    expect(run(of(40, 70)).wanted.at(-1)).toBe(1);
    expect(run(of(40, 71)).wanted.at(-1)).toBe(2);
    expect(run(of(40, 0.01)).wanted.at(-1)).toBe(1);
  });

  it('goes to zero once the stable window has been quiet, not before', () => {
    const { wanted } = run([...of(5, 1), ...of(40, 0)]);
    expect(wanted.slice(0, 5 + 29)).toEqual(of(34, 1));
    expect(wanted.slice(36)).toEqual(of(9, 0));
  });

  it('is back at zero within 120 s of the last request, from any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 100 }), (load, busy) => {
        expect(run([...of(busy, load), ...of(60, 0)]).wanted.at(-1)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps the last instance for the retention', () => {
    const { wanted } = run([1, ...of(60, 0)], { windowMs: 6_000, scaleToZeroPodRetentionMs: 20_000 });
    const firstZero = wanted.indexOf(0);
    expect(firstZero * tick).toBeGreaterThanOrEqual(26_000);
    expect(firstZero * tick).toBeLessThanOrEqual(30_000);
  });

  it('panics when the last tenth of the window asks for twice of what is there, and does not shrink while it lasts', () => {
    const { wanted, panicking } = run([...of(20, 10), ...of(3, 700), ...of(20, 0)]);
    expect(panicking[19]).toBe(false);
    expect(panicking[22]).toBe(true);
    expect(wanted[22]).toBe(10);
    expect(Math.min(...wanted.slice(22, 43))).toBe(10);
  });

  it('is calm again a stable window after the last reason to panic', () => {
    const { panicking } = run([...of(3, 700), ...of(60, 60)]);
    expect(panicking[5]).toBe(true);
    expect(panicking.at(-1)).toBe(false);
  });

  it('halves at most in one step', () => {
    const { wanted } = run([...of(60, 1), ...of(1, 1)], {}, 64);
    expect(wanted.slice(0, 6)).toEqual([32, 16, 8, 4, 2, 1]);
  });

  it('remembers the highest wish of the scale-down delay', () => {
    const { wanted } = run([...of(31, 140), ...of(31, 1)], { scaleDownDelayMs: 60_000, windowMs: 6_000 });
    expect(Math.min(...wanted.slice(2, 58))).toBe(2);
  });

  it('counts requests per second when the metric is rps', () => {
    expect(run(of(40, 0), { metric: 'rps', target: 100 }, 1, 1_000).wanted.at(-1)).toBe(5);
  });

  it('brings up activation-scale instances as soon as there is load', () => {
    expect(run([1], { activationScale: 3 }).wanted).toEqual([3]);
    expect(run(of(40, 0), { activationScale: 3 }).wanted.at(-1)).toBe(0);
  });

  it('stays within min-scale and max-scale, whatever the load', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 5, max: 20 }),
        (loads, minScale, maxScale) => {
          for (const wanted of run(loads, { minScale, maxScale }).wanted) {
            expect(wanted).toBeGreaterThanOrEqual(minScale);
            expect(wanted).toBeLessThanOrEqual(maxScale);
          }
        },
      ),
    );
  });

  it('never wants fewer for more load', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 40 }), (loads) => {
        const less = run(loads.map((load) => load / 2)).wanted;
        run(loads).wanted.forEach((wanted, index) => {
          expect(wanted).toBeGreaterThanOrEqual(less[index]!);
        });
      }),
    );
  });

  it('never keeps nothing while there is load', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 500, noNaN: true }), { minLength: 1, maxLength: 40 }),
        (loads) => {
          expect(Math.min(...run(loads).wanted)).toBeGreaterThanOrEqual(1);
        },
      ),
    );
  });
});
