import { createHash } from 'node:crypto';
import type { Author } from './authors.ts';
import { latin } from './latin.ts';

/** An account to be made for somebody who is named as an author. */
export interface Account {
  readonly username: string;
  readonly display_name: string;
}

/**
 * Accounts for all authors of all articles: one for each person, whatever spelling a byline uses. Two bylines mean one person when the
 * names are the same but for case and accents, or when they share a profile (GitHub, Twitter, LinkedIn …).
 *
 * @returns the account by name as printed
 */
export function accounts(named: readonly Author[]): Map<string, Account> {
  const groups = new Map<string, Set<string>>();
  const join = (one: string, other: string) => {
    const all = new Set([...(groups.get(one) ?? [one]), ...(groups.get(other) ?? [other])]);
    for (const key of all) groups.set(key, all);
  };
  for (const { name, profile } of named) {
    join(nameKey(name), nameKey(name));
    const link = profile && profileKey(profile);
    if (link) join(nameKey(name), link);
  }
  const people = Map.groupBy(named, ({ name }) => groups.get(nameKey(name))!);
  return new Map(
    [...people.values()].flatMap((spellings) => {
      const display_name = commonest(spellings.map(({ name }) => name));
      const account = { username: username(display_name), display_name };
      return spellings.map(({ name }): [string, Account] => [name, account]);
    }),
  );
}

/** 3 to 30 ASCII letters, digits and hyphens; for a name in another script, a stable name made of its hash. */
export function username(name: string): string {
  const ascii = latin(name).slice(0, 30).replace(/-+$/, '');
  if (ascii.length >= 3) return ascii;
  return `author-${ascii || createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

function nameKey(name: string): string {
  return `name ${username(name)}`;
}

const profiles: Record<string, RegExp> = {
  'github.com': /^\/([\w-]+)$/,
  'gitlab.com': /^\/([\w.-]+)$/,
  'twitter.com': /^\/([\w]+)$/,
  'x.com': /^\/([\w]+)$/,
  'linkedin.com': /^\/in\/([^/]+)$/,
  'bsky.app': /^\/profile\/([^/]+)$/,
};

/** A person's page on one of the networks; undefined for any other address, which several people may share (their company's). */
function profileKey(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname } = new URL(url);
  const host = hostname.replace(/^(?:www|mobile)\./, '');
  const user = profiles[host]?.exec(pathname.replace(/\/+$/, ''))?.[1];
  return user && `${host === 'x.com' ? 'twitter.com' : host} ${user.toLowerCase()}`;
}

/** The spelling used most; a full name before a nickname, then the first by alphabet, so that every run chooses the same. */
function commonest(names: readonly string[]): string {
  const counted = [...Map.groupBy(names, (name) => name)].map(([name, all]) => ({
    name,
    full: name.includes(' ') ? 1 : 0,
    count: all.length,
  }));
  counted.sort((one, other) => other.full - one.full || other.count - one.count || (one.name < other.name ? -1 : 1));
  return counted[0]!.name;
}
