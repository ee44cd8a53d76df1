import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Check } from './tools.ts';

/** What must be written somewhere. */
export const documentation: Readonly<Record<string, Check>> = {
  async 'cp.loops'(t) {
    t.internals();
    expect(readFileSync(join(import.meta.dirname, '../../docs/reference/local-platform.md'), 'utf8')).toContain(
      'knativebrokerttl',
    );
  },
};
