import { expect, it } from 'vitest';
import { wordChanges } from './word-changes.ts';

const plain = { paint: (_: string, text: string) => text };

it('shows the lines in which words changed, and obeys nothing in them', () => {
  expect(wordChanges('One.\n\nIt sleeps well.', 'One.\n\nIt wakes\u001b[2J well.', plain)).toEqual([
    'It [-sleeps-]{+wakes�[2J+} well.',
  ]);
  expect(wordChanges('One', 'One\nTwo\nThree', plain)).toEqual(['{+Two+}', '{+Three+}']);
  expect(wordChanges('same', 'same', plain)).toEqual([]);
});
