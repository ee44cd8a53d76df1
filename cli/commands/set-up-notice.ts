import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Blogs are set up by people: who has just done it sees the notice for a moment more. */
const againMs = 5_000;

export const neverSetUp =
  'This blog was never set up: anybody may be able to register and write. "npm run admin -- setup" prints a link that gives it a name and its first administrator.';

/**
 * What the console says until somebody has set the blog up. It asks the database beside the page that is being made, and never again
 * once the blog is set up: it stays so.
 * @param isSetUp rejects where nobody can tell, as in an overlay without accounts: then nothing is said
 */
export function setUpNotice(isSetUp: () => Promise<boolean>, now: () => number = Date.now): () => string | undefined {
  let known: boolean | undefined;
  let askedMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (known !== true && now() - askedMs >= againMs) {
      askedMs = now();
      isSetUp().then(
        (answer) => (known = answer),
        () => {},
      );
    }
    return known === false ? neverSetUp : undefined;
  };
}

/** Whether the blog of a home is set up. @throws Error where it has no accounts, or its database does not answer */
export async function isSetUpIn(home: string): Promise<boolean> {
  const databaseUrl = readFileSync(join(home, 'secrets/auth-database/DATABASE_URL'), 'utf8').trim();
  const { withAdmin } = await import('@dormouse/auth/admin');
  let version = 0;
  await withAdmin({ databaseUrl, url: '', print: () => {} }, async ({ store }) => {
    version = (await store.blog()).version;
  });
  return version > 0;
}
