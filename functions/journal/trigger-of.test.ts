import { expect, test } from 'vitest';
import type { Trigger } from './kubernetes.ts';
import { triggerOf } from './trigger-of.ts';

const trigger = (name: string, type?: string, service = 'categories'): Trigger => ({
  name,
  namespace: 'dormouse',
  filters: type ? [{ exact: { type } }] : [],
  subscriberUri: `http://${service}.dormouse.svc.cluster.local/events`,
});
const created = trigger('created', 'post.created');
const deleted = trigger('deleted', 'post.deleted');
const archive = trigger('archive', undefined, 'journal');
const of = (type: string) => ({ id: '1', source: '/posts', type });

test("a Trigger is known by its subscriber's address, in whatever way that is written", () => {
  expect(triggerOf('http://JOURNAL.dormouse.svc.cluster.local:80/events', of('post.created'), [created, archive])).toBe(
    'archive',
  );
});

test('of several that share a subscriber it is the one that lets the event through', () => {
  expect(triggerOf(created.subscriberUri!, of('post.deleted'), [created, deleted, archive])).toBe('deleted');
  expect(triggerOf(created.subscriberUri!, of('post.updated'), [created, deleted, archive])).toBeUndefined();
});

test('where the Broker names no address it is the only Trigger that lets the event through, and unknown where two do', () => {
  expect(triggerOf('', of('user.registered'), [created, deleted, archive])).toBe('archive');
  expect(triggerOf('', of('post.created'), [created, deleted, archive])).toBeUndefined();
});
