import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyCheckout } from '../checkout-copy.ts';
import { needs } from '../needs.ts';
import { type Follower, follower, stepsOf } from '../tutorial.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/tutorials/production.md'), 'utf8');

describe('production.md', { ...needs('bash', 'git', 'kubectl'), timeout: 120_000 }, () => {
  let copy: string;
  let reader: Follower;
  beforeAll(() => {
    copy = copyCheckout();
    reader = follower({ folder: copy, env: {} });
  });
  afterAll(async () => {
    await reader?.end();
    if (copy) rmSync(copy, { recursive: true });
  });

  test('can be followed as far as nobody but the checkout is needed', async () => {
    const steps = stepsOf(page);
    expect(steps.length).toBeGreaterThan(5);
    await reader.follow(steps);
  });
});
