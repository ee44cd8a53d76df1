import { expect, it } from 'vitest';
import { withVariable } from './trust.ts';

it('a variable replaces the one of its name, and leaves the others', () => {
  const env = [
    { name: 'ARCHIVE_DAYS', value: '90' },
    { name: 'RECONCILE_AFTER_SECONDS', value: '120' },
  ];
  expect(withVariable(env, { name: 'RECONCILE_AFTER_SECONDS', value: '86400' })).toEqual([
    { name: 'ARCHIVE_DAYS', value: '90' },
    { name: 'RECONCILE_AFTER_SECONDS', value: '86400' },
  ]);
  expect(withVariable([], { name: 'ACKNOWLEDGED_BY', value: 'broker' })).toEqual([
    { name: 'ACKNOWLEDGED_BY', value: 'broker' },
  ]);
});
