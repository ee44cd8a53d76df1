import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Started {
  /** Where the platform's data is. */
  home: string;
  /** Address of the blog, without a slash at its end. */
  url: string;
}

/**
 * A new one-time link to the page on which a blog is set up; undefined for one that is, and where there are no accounts.
 * Links of earlier starts are void then.
 */
export async function setupLink({ home, url }: Started): Promise<string | undefined> {
  let link: string | undefined;
  try {
    const databaseUrl = readFileSync(join(home, 'secrets/auth-database/DATABASE_URL'), 'utf8').trim();
    const { offerSetup, withAdmin } = await import('@dormouse/auth/admin');
    const print = (line: string) => void (link = line);
    await withAdmin({ databaseUrl, url, print }, async (admin) => void (await offerSetup(admin)));
  } catch {
    // An overlay without auth, or with an older one: "dormouse admin setup" says what is wrong.
  }
  return link;
}
