import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { acknowledging } from './check-acknowledging.ts';
import { attributes } from './check-attributes.ts';
import { delivering } from './check-delivering.ts';
import { documentation } from './check-documentation.ts';
import { messages } from './check-messages.ts';
import { replying } from './check-replying.ts';
import { retrying } from './check-retrying.ts';
import { tracing } from './check-tracing.ts';
import type { Clause } from './clause.ts';
import { documents } from './clauses.ts';
import { page, type Result } from './page.ts';
import { openTarget } from './target.ts';
import { type Check, toolsFor } from './tools.ts';

const groups = [acknowledging, attributes, delivering, documentation, messages, replying, retrying, tracing];
const checks: Readonly<Record<string, Check>> = Object.assign({}, ...groups);
const clauses = documents.flatMap((document) => document.clauses);
const pageFile = join(import.meta.dirname, '../../docs/reference/conformance.md');

const target = await openTarget();
const results = new Map<string, Result>();
afterAll(() => target.close());

test('every clause that applies has one check, and every check a clause', () => {
  const ids = clauses.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const checked = groups.flatMap((group) => Object.keys(group));
  expect(checked.sort()).toEqual(clauses.flatMap(({ id, notApplicable }) => (notApplicable ? [] : [id])).sort());
});

test('a clause that does not apply cites the one that makes it optional', () => {
  for (const { id, notApplicable } of clauses) {
    if (!notApplicable) continue;
    results.set(id, 'not applicable');
    expect(notApplicable, id).toMatch(/\b(section|core|HTTP binding)\b/);
  }
});

describe.each(documents)('$title', (document) => {
  test.for(document.clauses.filter(({ notApplicable }) => !notApplicable))(
    '$id · $level · $text',
    async ({ id }: Clause, { skip }) => {
      results.set(id, 'not run');
      const { tools, clean } = toolsFor(target, (reason) => skip(reason));
      try {
        results.set(id, 'fails');
        await checks[id]!(tools);
        results.set(id, 'holds');
      } finally {
        await clean();
      }
    },
  );
});

test('docs/reference/conformance.md is what this run has shown', ({ skip }) => {
  if (!target.local) skip('the page is about the local broker');
  const wanted = page(documents, results);
  if (process.env.CONFORMANCE_WRITE) writeFileSync(pageFile, wanted);
  expect(existsSync(pageFile) ? readFileSync(pageFile, 'utf8') : '', 'run `npm run conformance -- --write`').toBe(
    wanted,
  );
});
