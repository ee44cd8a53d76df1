import { expect, it } from 'vitest';
import { Ledger } from '../ledger.ts';
import { ownSubjects } from './observe-cluster.ts';

it('posts that were deleted, and those whose creation had no answer, are the campaign’s own too', () => {
  const ledger = new Ledger();
  ledger.posts.push(
    { token: 'a-1', id: 4, possible: ['absent'] },
    { token: 'a-2', id: undefined, possible: ['absent'] },
  );
  expect([...ownSubjects(ledger, [{ id: 9 }, { id: 4 }])].sort()).toEqual(['post/4', 'post/9']);
});
