import { describe, expect, it } from 'vitest';
import type { Connection } from './connection.ts';
import { createConnectionLimits } from './connection-limits.ts';

function connection(address: string, changes: { inFunction?: boolean; idleSince?: number } = {}) {
  const made = { address, inFunction: false, idleSince: 0, ended: false, ...changes };
  const socket = { destroy: () => (made.ended = true) };
  return Object.assign(made, { socket }) as unknown as Connection & { ended: boolean };
}

describe('connections of one address', () => {
  it('are bounded: the one that has waited longest for its client gives way', () => {
    const limits = createConnectionLimits(2, 10);
    const [slow, quick, next] = [1, 2, 3].map((idleSince) => connection('a', { idleSince }));
    for (const each of [slow!, quick!, next!]) expect(limits.add(each)).toBe(true);
    expect([slow!.ended, quick!.ended, next!.ended]).toEqual([true, false, false]);
  });

  it('for which a function works do not give way: the new one is refused', () => {
    const limits = createConnectionLimits(1, 10);
    const working = connection('a', { inFunction: true });
    const refused = connection('a', { inFunction: true });
    limits.add(working);
    expect(limits.add(refused)).toBe(false);
    expect([working.ended, refused.ended]).toEqual([false, true]);
  });

  it('leave other addresses alone, also when all are too many: the address with most gives way', () => {
    const limits = createConnectionLimits(10, 3);
    const many = [1, 2].map((idleSince) => connection('many', { idleSince }));
    const one = connection('one', { idleSince: 0 });
    for (const each of [...many, one]) limits.add(each);
    const other = connection('other');
    expect(limits.add(other)).toBe(true);
    expect([...many, one, other].map(({ ended }) => ended)).toEqual([true, false, false, false]);
  });

  it('that have ended count no more', () => {
    const limits = createConnectionLimits(1, 10);
    const gone = connection('a');
    limits.add(gone);
    limits.remove(gone);
    expect(limits.add(connection('a', { inFunction: true }))).toBe(true);
    expect(gone.ended).toBe(false);
  });
});
