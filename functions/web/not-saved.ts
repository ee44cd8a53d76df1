import { AppError } from '@dormouse/runtime/errors';
import type { EditorPage, Writing } from './editor-page.ts';
import { formProblem } from './form-problem.ts';
import type { FullRevision, Versioned } from './posts.ts';

interface NotSaved {
  newKey: () => string;
  /** The post as it is stored now; undefined when that cannot be said. */
  stored: () => Promise<Versioned | undefined>;
  /** The version that the text was made from; undefined likewise. */
  earlier: () => Promise<FullRevision | undefined>;
}

/** What the editor shows when saving failed: the text, why, and what it takes to save it after all. */
export async function notSaved(
  error: unknown,
  text: Writing,
  { newKey, stored, earlier }: NotSaved,
): Promise<Pick<EditorPage, 'writing' | 'theirs' | 'earlier' | 'problem'> & { action?: string }> {
  const code = error instanceof AppError ? error.code : undefined;
  if (code === 'precondition_failed') {
    const theirs = await stored();
    if (theirs)
      return {
        writing: { ...text, etag: theirs.etag, version: theirs.post.version },
        theirs: theirs.post,
        earlier: await earlier(),
        problem: formProblem(error, ({ problems }) => problems.postChanged),
      };
  }
  // The post that it would have changed is gone; the text can still become a new post.
  if (code === 'not_found')
    return {
      writing: { ...text, id: 0, etag: '', key: newKey() },
      action: '/blog/new',
      problem: formProblem(error, ({ problems }) => problems.postDeleted),
    };
  if (code === 'idempotency_mismatch')
    return {
      writing: { ...text, key: newKey() },
      problem: formProblem(error, ({ problems }) => problems.savedBefore),
    };
  // A rejected text was not stored, so the corrected one needs a new key; after any other failure that is unknown, and the same key prevents a duplicate.
  return { writing: code === 'invalid' ? { ...text, key: newKey() } : text, problem: formProblem(error) };
}
