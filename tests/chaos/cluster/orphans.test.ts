import { expect, it } from 'vitest';
import { orphansOf } from './orphans.ts';

it('finds the subscribers that deliver to Triggers of these names in this namespace, and no other', () => {
  const to = (path: string) => ({
    subscriberUri: `http://broker-filter.knative-eventing.svc.cluster.local/triggers/${path}`,
  });
  const subscribers = [
    to('blog/journal-archive/1'),
    to('blog/recorder-a/2'),
    to('other/recorder-a/3'),
    to('blog/recorder-ab/4'),
  ];
  const channel = { metadata: { name: 'default-kne-trigger', resourceVersion: '7' }, spec: { subscribers } };
  expect(orphansOf(channel, 'blog', ['recorder-a', 'recorder-c'])).toEqual([1]);
  expect(orphansOf({ ...channel, spec: {} }, 'blog', ['recorder-a'])).toEqual([]);
});
