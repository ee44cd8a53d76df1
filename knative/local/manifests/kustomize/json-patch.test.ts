import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readYaml } from '../yaml/read-yaml.ts';
import { type Json, type JsonObject, positionAt } from '../yaml/source-positions.ts';
import { applyOperations, readOperations } from './json-patch.ts';

const parse = (value: unknown, file = 'f.yaml') => readYaml(JSON.stringify(value), file)[0]!.value;
const patched = (target: object, operations: readonly object[]) => {
  const value = parse(target) as JsonObject;
  applyOperations(value, readOperations(parse(operations), { file: 'p.yaml', line: 1 }), 'it');
  return value;
};

test.each([
  ['adding a field', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
  [
    'adding an item',
    { foo: ['bar', 'baz'] },
    [{ op: 'add', path: '/foo/1', value: 'qux' }],
    { foo: ['bar', 'qux', 'baz'] },
  ],
  ['removing a field', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
  ['removing an item', { foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
  ['replacing a value', { baz: 'qux' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo' }],
  [
    'moving a value',
    { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  ],
  [
    'moving an item',
    { foo: ['all', 'grass', 'cows', 'eat'] },
    [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    { foo: ['all', 'cows', 'eat', 'grass'] },
  ],
  [
    'testing a value',
    { baz: 'qux', foo: ['a', 2, 'c'] },
    [{ op: 'test', path: '/foo', value: ['a', 2, 'c'] }],
    { baz: 'qux', foo: ['a', 2, 'c'] },
  ],
  [
    'adding a nested object',
    { foo: 'bar' },
    [{ op: 'add', path: '/child', value: { grandchild: {} } }],
    { foo: 'bar', child: { grandchild: {} } },
  ],
  ['the order of escapes', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
  [
    'adding a list to the end',
    { foo: ['bar'] },
    [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
    { foo: ['bar', ['abc', 'def']] },
  ],
])('the example of RFC 6902: %s', (_, target, operations, expected) => {
  expect(patched(target, operations)).toEqual(expected);
});

test.each([
  ['a test of another value', { baz: 'qux' }, [{ op: 'test', path: '/baz', value: 'bar' }], 'the value is another one'],
  [
    'a test of text against a number',
    { '~1': 10 },
    [{ op: 'test', path: '/~01', value: '10' }],
    'the value is another one',
  ],
  ['a path below a missing field', { foo: 'bar' }, [{ op: 'add', path: '/baz/bat', value: 'qux' }], 'there is no /baz'],
  ['an index with a leading zero', { foo: ['a', 'b'] }, [{ op: 'remove', path: '/foo/01' }], 'there is no /foo/01'],
  ['an index from the end', { foo: ['a', 'b'] }, [{ op: 'remove', path: '/foo/-1' }], 'there is no /foo/-1'],
  ['a field of Object', { foo: 'bar' }, [{ op: 'remove', path: '/constructor' }], 'there is no /constructor'],
  ['a value with "remove"', {}, [{ op: 'remove', path: '/a', value: 1 }], '"remove" has no "value"'],
  ['a field that is none', {}, [{ op: 'remove', path: '/a', valeu: 1 }], 'an operation has no field "valeu"'],
  ['a broken escape', {}, [{ op: 'remove', path: '/a~2' }], 'JSON pointers'],
])('rejects %s', (_, target, operations, message) => {
  expect(() => patched(target, operations)).toThrow(message);
});

test('a field called __proto__ is only a field', () => {
  const value = patched({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]);
  expect(Object.keys(value)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

// A key "<<" merges mappings in YAML.
const value = fc
  .jsonValue({ maxDepth: 2 })
  .filter((each) => !JSON.stringify(each).includes('"<<":'))
  .map((each) => JSON.parse(JSON.stringify(each)) as Json);
const key = fc.string({ maxLength: 4 }).filter((each) => each !== '<<');
const pointer = (...parts: (string | number)[]) =>
  parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

test('what was added is there, and removing it leaves what was before', () => {
  fc.assert(
    fc.property(fc.dictionary(key, value), key, value, (target, name, added) => {
      fc.pre(!Object.hasOwn(target, name));
      const add = { op: 'add', path: pointer(name), value: added };
      expect(patched(target, [add, { op: 'test', path: pointer(name), value: added }])).toEqual({
        ...target,
        [name]: added,
      });
      expect(patched(target, [add, { op: 'remove', path: pointer(name) }])).toEqual(target);
    }),
  );
});

test('items keep their source positions when others are inserted or removed before them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 12 }),
      (length, steps) => {
        const target = readYaml(
          `list:\n${Array.from({ length }, (_, index) => `  - ${index + 2}\n`).join('')}`,
          'f.yaml',
        )[0]!.value as { list: Json[] };
        for (const [add, at] of steps) {
          const operation = add
            ? { op: 'add', path: pointer('list', at % (target.list.length + 1)), value: 'new' }
            : { op: 'remove', path: pointer('list', at % target.list.length) };
          if (add || target.list.length > 0)
            applyOperations(target, readOperations(parse([operation], 'p.yaml'), { file: 'p.yaml', line: 1 }), 'it');
        }
        for (const [index, item] of target.list.entries()) {
          expect(positionAt(target, ['list', index])).toEqual(
            item === 'new' ? { file: 'p.yaml', line: 1 } : { file: 'f.yaml', line: item },
          );
        }
      },
    ),
  );
});

test('one patch for several targets shares nothing between them', () => {
  const operations = readOperations(parse([{ op: 'add', path: '/shared', value: { list: [] } }]), {
    file: 'p.yaml',
    line: 1,
  });
  const [one, other] = [parse({}) as JsonObject, parse({}) as JsonObject];
  for (const target of [one, other]) applyOperations(target, operations, 'it');
  applyOperations(
    one,
    readOperations(parse([{ op: 'add', path: '/shared/list/-', value: 1 }]), { file: 'p.yaml', line: 1 }),
    'it',
  );
  expect(other).toEqual({ shared: { list: [] } });
});
