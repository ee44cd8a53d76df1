import type { JsonObject } from '@dormouse/manifests/yaml/source-positions';
import { expect, test } from 'vitest';
import { claimChanges, type ManagedFields, serverSideApply } from './server-side-apply.ts';

const object = (spec: JsonObject): JsonObject => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' }, spec });
const by = (manager: string, managed: readonly ManagedFields[] = [], force = false) => ({
  ...{ manager, apiVersion: 'v1', now: '2026-01-01T00:00:00Z', managed, force },
});
const applied = (live: JsonObject, config: JsonObject, options: ReturnType<typeof by>) => {
  const result = serverSideApply(live, config, options);
  if ('conflicts' in result) throw new Error(JSON.stringify(result.conflicts));
  return result;
};

test('a field that is no longer applied goes, those of others and of nobody stay', () => {
  const first = applied(object({ nobody: 1 }), object({ a: 1, b: 2 }), by('one'));
  const second = applied(first.object, object({ c: 3 }), by('two', first.managed));
  const third = applied(second.object, object({ a: 1 }), by('one', second.managed));
  expect(third.object).toEqual(object({ nobody: 1, a: 1, c: 3 }));
  expect(third.managed.map(({ manager, fieldsV1 }) => [manager, fieldsV1])).toEqual([
    ['two', { 'f:spec': { 'f:c': {} } }],
    ['one', { 'f:spec': { 'f:a': {} } }],
  ]);
});

test('a field of another manager is a conflict when it is to change, and is shared when it is not', () => {
  const first = applied(object({}), object({ a: 1, list: [1] }), by('one'));
  expect(serverSideApply(first.object, object({ a: 2 }), by('two', first.managed))).toEqual({
    conflicts: [{ path: '.spec.a', manager: 'one' }],
  });
  const shared = applied(first.object, object({ a: 1 }), by('two', first.managed));
  expect(shared.managed.every(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('f:a'))).toBe(true);
  const left = applied(shared.object, object({ list: [1] }), by('one', shared.managed));
  expect(left.object).toEqual(object({ a: 1, list: [1] }));
});

test('force takes a field from its manager', () => {
  const first = applied(object({}), object({ a: 1, b: 1 }), by('one'));
  const forced = applied(first.object, object({ a: 2 }), by('two', first.managed, true));
  expect(forced.object).toEqual(object({ a: 2, b: 1 }));
  expect(serverSideApply(forced.object, object({ a: 1, b: 1 }), by('one', forced.managed))).toHaveProperty('conflicts');
});

test('what an update changes belongs to who made it', () => {
  const first = applied(object({}), object({ a: 1, b: 1 }), by('one'));
  const managed = claimChanges(first.object, object({ a: 2, b: 1 }), by('kubectl-edit', first.managed));
  expect(managed.map(({ manager, operation }) => [manager, operation])).toEqual([
    ['one', 'Apply'],
    ['kubectl-edit', 'Update'],
  ]);
  expect(serverSideApply(object({ a: 2, b: 1 }), object({ a: 1, b: 1 }), by('one', managed))).toEqual({
    conflicts: [{ path: '.spec.a', manager: 'kubectl-edit' }],
  });
});
