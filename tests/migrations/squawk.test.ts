import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../needs.ts';

const root = join(import.meta.dirname, '../..');

interface Report {
  file: string;
  rule_name: string;
}

const config = join(import.meta.dirname, 'squawk.toml');

function reports(files: readonly string[], ...flags: string[]): Report[] {
  if (files.length === 0) return [];
  const args = ['--config', config, '--reporter', 'json', ...flags, ...files];
  const { stdout, stderr } = spawnSync('squawk', args, { cwd: root, encoding: 'utf8' });
  if (!stdout) throw new Error(`squawk printed no report: ${stderr}`);
  return JSON.parse(stdout) as Report[];
}

/** Rules that squawk finds broken, by file. */
function complaints(files: readonly string[]): Record<string, string[]> {
  const beside = files.filter((file) => file.endsWith('.concurrently.sql'));
  const others = files.filter((file) => !beside.includes(file));
  const found = new Map<string, Set<string>>();
  for (const { file, rule_name: rule } of [...reports(others, '--assume-in-transaction'), ...reports(beside)])
    found.set(file, (found.get(file) ?? new Set()).add(rule));
  return Object.fromEntries([...found].map(([file, rules]) => [file, [...rules].sort()]));
}

/** Released before the rules were, on tables of which no installation had many rows. Nothing is added here. */
const history: Readonly<Record<string, readonly string[]>> = {
  // A role more: the new constraint takes whatever the old one took.
  'functions/auth/migrations/002-operator.sql': ['ban-drop-constraint', 'constraint-missing-not-valid'],
  'functions/auth/migrations/003-revocations.sql': ['require-concurrent-index-creation'],
  // A seal for each session: the table is written anew.
  'functions/auth/migrations/005-seals.sql': ['adding-field-with-default'],
  'functions/journal/migrations/004-retention.sql': ['require-concurrent-index-creation'],
  // A state more.
  'functions/journal/migrations/005-dismissed.sql': [
    'ban-drop-constraint',
    'constraint-missing-not-valid',
    'require-concurrent-index-creation',
    'require-concurrent-index-deletion',
  ],
};

describe('squawk', needs('squawk'), () => {
  test('finds nothing in migrations but what was released before it read them', () => {
    const files = globSync('functions/*/migrations/*.sql', { cwd: root }).sort();
    expect(complaints(files)).toEqual(history);
  });

  test.each([
    ['a table that is written anew', 'ALTER TABLE posts ALTER COLUMN id TYPE text;', 'changing-column-type'],
    [
      'an index that holds writers up',
      'CREATE INDEX posts_titles ON posts (title);',
      'require-concurrent-index-creation',
    ],
    ['a column that goes', 'ALTER TABLE posts DROP COLUMN byline;', 'ban-drop-column'],
  ])('finds %s', (_, text, rule) => {
    const folder = mkdtempSync(join(tmpdir(), 'dormouse-squawk-'));
    const file = join(folder, '001-planted.sql');
    writeFileSync(file, text);
    const found = complaints([file]);
    rmSync(folder, { recursive: true });
    expect(Object.values(found).flat()).toContain(rule);
    expect(relative(folder, Object.keys(found)[0] ?? '')).toBe('001-planted.sql');
  });
});
