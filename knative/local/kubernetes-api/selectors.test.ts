import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldSelector, labelSelector, SelectorError } from './selectors.ts';

const labelled = (labels: Record<string, string>) => ({ metadata: { name: 'web', namespace: 'shop', labels } });

test.each([
  ['a=b', { a: 'b' }, true],
  ['a==b', { a: 'c' }, false],
  ['a!=b', {}, true],
  ['a in (b, c),d', { a: 'c', d: '' }, true],
  ['a in (b,c)', {}, false],
  ['a notin (b,c)', {}, true],
  ['a notin (b)', { a: 'b' }, false],
  ['a', { a: '' }, true],
  ['!a', { a: '' }, false],
  ['! a', {}, true],
  ['app.kubernetes.io/name=web', { 'app.kubernetes.io/name': 'web' }, true],
  ['a=', { a: '' }, true],
  ['a=', {}, false],
  ['toString', {}, false],
  ['', {}, true],
])('%s of %j: %s', (selector, labels, selected) => {
  expect(labelSelector(selector)(labelled(labels as Record<string, string>))).toBe(selected);
});

test.each(['a=b=c', 'a in b', 'a in (b', 'a,,b', '=b', 'a=b c', 'a > 1 2', '(a)'])('%s is refused', (selector) => {
  expect(() => labelSelector(selector)).toThrow(SelectorError);
});

test('`in` and `notin` with one value are `=` and `!=`', () => {
  const word = fc.constantFrom('a', 'b', 'c');
  fc.assert(
    fc.property(word, word, fc.dictionary(word, word), (key, value, labels) => {
      const selected = (selector: string) => labelSelector(selector)(labelled(labels));
      expect(selected(`${key} in (${value})`)).toBe(selected(`${key}=${value}`));
      expect(selected(`${key} notin (${value})`)).toBe(!selected(`${key}=${value}`));
    }),
  );
});

test('any text is a selector or refused, at once', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'a-._/=!(), in') }), (text) => {
      try {
        labelSelector(text)(labelled({}));
        fieldSelector(text)(labelled({}));
      } catch (error) {
        expect(error).toBeInstanceOf(SelectorError);
      }
    }),
  );
});

test('fields are those that a cluster selects every kind by', () => {
  expect(fieldSelector('metadata.name=web,metadata.namespace!=other')(labelled({}))).toBe(true);
  expect(fieldSelector('metadata.name!=web')(labelled({}))).toBe(false);
  expect(() => fieldSelector('spec.broker=default')).toThrow('field label not supported: spec.broker');
});
