import type { Json } from '@dormouse/manifests/yaml/source-positions';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergePatch, strategicMergePatch } from './merge-patch.ts';

describe('a merge patch', () => {
  // RFC 7396, appendix A
  test.each<[Json, Json, Json]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, result) => expect(mergePatch(target, patch)).toEqual(result));

  test('leaves its target as it was, and no prototype is changed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
        const before = structuredClone(target);
        mergePatch(target as Json, patch as Json);
        strategicMergePatch(target as Json, patch as Json);
        expect(target).toEqual(before);
      }),
    );
    for (const merge of [mergePatch, strategicMergePatch]) merge({}, JSON.parse('{"__proto__":{"bad":1}}') as Json);
    expect(({} as Record<string, unknown>).bad).toBeUndefined();
  });
});

describe('a strategic merge patch', () => {
  const pod = {
    containers: [
      { name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }] },
      { name: 'b', image: 'b:1' },
    ],
  };

  test.each<[string, Json, Json]>([
    [
      'changes an item by its key',
      { containers: [{ name: 'a', image: 'a:2' }], '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }] },
      { containers: [{ ...pod.containers[0], image: 'a:2' } as Json, pod.containers[1] as Json] },
    ],
    ['adds an item', { containers: [{ name: 'c' }] }, { containers: [...pod.containers, { name: 'c' }] as Json }],
    [
      'takes an item away',
      { containers: [{ name: 'a', $patch: 'delete' }] },
      { containers: [pod.containers[1] as Json] },
    ],
    [
      'takes the place of a list',
      { containers: [{ $patch: 'replace' }, { name: 'z' }] },
      { containers: [{ name: 'z' }] },
    ],
    ['takes a list without a key as a whole', { args: ['x'] }, { ...pod, args: ['x'] } as Json],
    ['keeps only what it retains', { $retainKeys: ['args'], args: [] }, { args: [] }],
  ])('%s', (_, patch, result) => expect(strategicMergePatch(pod as Json, patch)).toEqual(result));

  test('takes values out of a list of values', () => {
    expect(strategicMergePatch({ finalizers: ['a', 'b'] }, { '$deleteFromPrimitiveList/finalizers': ['a'] })).toEqual({
      finalizers: ['b'],
    });
  });
});
