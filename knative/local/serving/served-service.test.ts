import { service } from '@dormouse/local/platform.fixture';
import type { TrafficTarget } from '@dormouse/manifests/model';
import { describe, expect, test } from 'vitest';
import { Revision } from './revision.ts';
import { RevisionTarget } from './revision-target.ts';
import { ServedService } from './served-service.ts';

const revision = (name: string) =>
  new Revision({
    name,
    service: service('shop'),
    start: () => Promise.reject(new Error('nothing is started here')),
    awake() {},
    say() {},
  });

/** A Service at its second revision, whose first can be made again. */
function served(traffic?: readonly TrafficTarget[]) {
  const made = new ServedService(revision('shop-00002'), (name) =>
    name === 'shop-00001' ? revision(name) : undefined,
  );
  made.traffic = traffic;
  return made;
}

const nameOf = (target: unknown) => (target instanceof RevisionTarget ? target.revision.name : 'latest');
const half: TrafficTarget[] = [
  { percent: 70, revision: 'shop-00001', tag: 'stable' },
  { percent: 30 },
  { percent: 0, revision: 'shop-00002', tag: 'candidate' },
];

describe('traffic of a Service', () => {
  test('goes to the latest revision unless it is said', () => {
    expect(nameOf(served().pick(0.99))).toBe('latest');
  });

  test('is split by percent, and tags lead to their revision whatever its share', () => {
    const shop = served(half);
    expect(shop.route()).toEqual([]);
    expect([0, 0.69, 0.7, 0.99].map((draw) => nameOf(shop.pick(draw)))).toEqual([
      'shop-00001',
      'shop-00001',
      'latest',
      'latest',
    ]);
    expect(nameOf(shop.tagged('stable'))).toBe('shop-00001');
    expect(shop.tagged('candidate').activator).toBe(shop.current.activator);
  });

  test('says which revision is missing, and answers 503 when it is its turn', () => {
    const shop = served([{ percent: 50, revision: 'shop-00009' }, { percent: 50 }]);
    expect(shop.route()).toEqual(['Revision "shop-00009" referenced in traffic not found.']);
    expect(() => shop.pick(0)).toThrow(
      expect.objectContaining({ status: 503, detail: 'Revision "shop-00009" referenced in traffic not found.' }),
    );
    expect(nameOf(shop.pick(0.6))).toBe('latest');
    expect(shop.routing().traffic).toMatchObject([{ revision: 'shop-00009', missing: true }, { latest: true }]);
  });

  test('keeps a revision that it names when the next one takes over, and lets go of it when it no longer does', async () => {
    const shop = served([{ percent: 100, revision: 'shop-00002' }]);
    const before = shop.current;
    await shop.roll(revision('shop-00003'));
    expect(shop.current.name).toBe('shop-00003');
    expect(shop.pick(0)).toMatchObject({ revision: before });
    shop.traffic = undefined;
    shop.route();
    expect(nameOf(shop.pick(0))).toBe('latest');
    await expect.poll(() => shop.revisions.map(({ name }) => name)).toEqual(['shop-00003']);
  });

  test('replaces a revision by another one of the same name', async () => {
    const shop = served([{ percent: 100, revision: 'shop-00002' }]);
    const next = revision('shop-00002');
    await shop.roll(next);
    expect(shop.pick(0).activator).toBe(next.activator);
  });
});
