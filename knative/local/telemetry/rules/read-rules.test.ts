import { describe, expect, test } from 'vitest';
import { expandTemplate } from './expand-template.ts';
import { readRules } from './read-rules.ts';

const read = (text: string) => readRules(text, 'a.yaml', 15_000);

test('a file of rules is read as Prometheus reads it', () => {
  expect(
    read(`
groups:
  - name: g
    interval: 1m
    rules:
      - record: a:b
        expr: 1
      - {alert: High, expr: a:b > 0, for: 1h30m, keep_firing_for: 5m, labels: {severity: page}, annotations: {summary: x}}
`),
  ).toMatchObject([
    {
      ...{ name: 'g', file: 'a.yaml', intervalMs: 60_000, limit: 0 },
      rules: [
        { kind: 'recording', name: 'a:b', query: '1', labels: {} },
        { kind: 'alerting', name: 'High', forMs: 5_400_000, keepFiringForMs: 300_000, labels: { severity: 'page' } },
      ],
    },
  ]);
  expect(read('')).toEqual([]);
  expect(read('groups:')).toEqual([]);
});

test.each([
  ['groups: [{ name: g, rules: [{ alert: A, expr: "sum(" }] }]', /^group g, rule 1 \(A\): not understood/],
  ['groups: [{ name: g, rules: [{ alert: A, expr: x, fro: 5m }] }]', /^group g, rule 1, fro: /],
  ['groups: [{ name: g, rules: [{ alert: A, expr: x, for: soon }] }]', /^group g, rule 1 \(A\): soon is no duration/],
  ['groups: [{ name: g, rules: [{ record: "a b", expr: x }] }]', /^group g, rule 1, record: /],
  ['groups: [{ name: g, rules: [{ expr: x }] }]', /^group g, rule 1, alert: /],
  ['groups: [{ name: g }, { name: g }]', /^group g is there twice/],
  ['groups: 5', /^the file, groups: /],
  ['groups: [}', /at line 1/],
])('%s is refused in one line', (text, message) => {
  expect(() => read(text)).toThrow(message);
});

describe('a template', () => {
  test.each([
    ['{{ $labels.a }} is {{$value}}', 'x is 0.5'],
    ['{{ $labels.none }}.', '.'],
    ['{{ $labels.b }}', '{{ $value }}'],
    [
      '{{ humanize $value }}',
      '<error expanding template: only {{ $labels.name }} and {{ $value }} are understood here>',
    ],
  ])('%s becomes %s', (text, expected) => {
    expect(expandTemplate(text, { a: 'x', b: '{{ $value }}' }, 0.5)).toBe(expected);
  });
});
