import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { alerts } from './groups.ts';

interface Configuration {
  inhibit_rules: { source_matchers: string[]; target_matchers: string[] }[];
}
const read = (file: string) =>
  parse(readFileSync(join(import.meta.dirname, 'alertmanager', file), 'utf8')) as Configuration;
const { inhibit_rules } = read('alertmanager.yaml');
const names = [...new Set(alerts.map(({ name }) => name))];
/** Alerts that a matcher of names matches. */
const matched = (matcher: string): string[] => {
  const [, operator, pattern] = /^alertname(=~|!~|=)"(.+)"$/.exec(matcher) ?? [];
  if (!operator) return [];
  const whole = new RegExp(`^(?:${pattern})$`);
  return names.filter((name) => (operator === '!~' ? !whole.test(name) : whole.test(name)));
};

test('one machine silences what a cluster silences', () => {
  expect(read('machine.yaml').inhibit_rules).toEqual(inhibit_rules);
});

test('each name in an inhibition is that of an alert', () => {
  const named = inhibit_rules.flatMap(({ source_matchers, target_matchers }) =>
    [...source_matchers, ...target_matchers].filter((matcher) => matcher.startsWith('alertname')),
  );
  const words = named.flatMap((matcher) =>
    matcher
      .slice(matcher.indexOf('"') + 1, -1)
      .replace(/\([^)]*\)\([^)]*\)/, '')
      .split('|')
      .filter(Boolean),
  );
  expect(words.filter((word) => !names.includes(word))).toEqual([]);
  expect(named.filter((matcher) => matched(matcher).length === 0)).toEqual([]);
});

test('no two alerts silence each other, and nothing silences the sign of life', () => {
  const silences = inhibit_rules.flatMap(({ source_matchers: [from], target_matchers: [to] }) =>
    matched(from!).flatMap((source) => matched(to!).map((target) => [source, target] as const)),
  );
  expect(silences.filter(([a, b]) => a === b || silences.some(([c, d]) => c === b && d === a))).toEqual([]);
  expect(silences.filter(([, target]) => target === 'Watchdog')).toEqual([]);
});
