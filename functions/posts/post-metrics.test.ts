import { onMeasure, readStates } from '@dormouse/runtime/measure';
import type { Measure } from '@dormouse/runtime/measurement';
import { type Metric, metrics } from '@dormouse/signals/metrics';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appOver, somePost } from './app.fixture.ts';

let taken: Measure[] = [];
beforeEach(() => {
  taken = [];
  onMeasure((each) => taken.push(each));
});
afterEach(() => onMeasure(undefined));
const of = (metric: Metric) => taken.filter((each) => each.metric === metric);
const post = (more: object = {}) => ({ as: 'ann', body: { title: 'T', content: 'C', category_name: 'News', ...more } });

test('a post is counted when it is made, and when it becomes visible, once', async () => {
  const { ask } = appOver();
  await ask('POST', '', post({ status: 'draft' }));
  expect([of(metrics.postsCreated).length, of(metrics.postsPublished).length]).toEqual([1, 0]);
  await ask('PATCH', '1', { as: 'ann', body: { title: 'Another' } });
  expect(of(metrics.postsPublished)).toEqual([]);
  for (let n = 0; n < 2; n++) await ask('PATCH', '1', { as: 'ann', body: { status: 'published' } });
  await ask('POST', '', post());
  expect(of(metrics.postsCreated).map(({ attributes }) => attributes['dormouse.post.status'])).toEqual([
    'draft',
    'published',
  ]);
  expect(of(metrics.postsPublished)).toHaveLength(2);
});

test('one that was there already, or is refused, counts for nothing', async () => {
  const { ask } = appOver();
  await ask('POST', '', post({ title: '' }));
  await ask('POST', '', { ...post({ source: 'again' }), as: 'imp' });
  expect(of(metrics.postsCreated)).toEqual([]);
});

test('authors are looked up when the instance is new, and after something was published', async () => {
  const { ask } = appOver([somePost()]);
  const looks = async () => {
    await readStates(false);
    return of(metrics.activeAuthors).length;
  };
  const before = await looks();
  expect(await looks()).toBe(before);
  await ask('POST', '', post());
  expect(await looks()).toBe(before + 1);
});
