import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { difference } from './difference.ts';

describe('the difference of two texts', () => {
  it('shows words that changed, and leaves the rest of their line', () => {
    expect(difference('One.\n\nIt sleeps well.\n', 'One.\n\nIt wakes well.\nTwo!\n')).toEqual([
      { kind: 'same', text: 'One.\n\nIt ' },
      { kind: 'gone', text: 'sleeps' },
      { kind: 'new', text: 'wakes' },
      { kind: 'same', text: ' well.' },
      { kind: 'new', text: '\nTwo!' },
      { kind: 'same', text: '\n' },
    ]);
  });

  it('is the one text without what is new, and the other without what is gone', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', ' ', '\n', '\n\n', '글', '𝒳'), { maxLength: 40 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, text, (earlier, later) => {
        const runs = difference(earlier, later);
        const without = (kind: string) =>
          runs
            .filter((run) => run.kind !== kind)
            .map((run) => run.text)
            .join('');
        expect([without('new'), without('gone')]).toEqual([earlier, later]);
      }),
    );
  });

  it('gives up on details of what would take too long', () => {
    const [earlier, later] = ['x\n\n', 'y\n\n'].map((line) => line.repeat(100_000));
    expect(difference(earlier!, later!).map(({ kind }) => kind)).toEqual(['gone', 'new', 'same']);
  });
});
