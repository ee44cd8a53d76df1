import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accounts, username } from './accounts.ts';

describe('a user name', () => {
  it.each([
    ['Matthias Weßendorf', 'matthias-wessendorf'],
    ['Christoph Stäbler', 'christoph-stabler'],
    ["Miles O'Brien", 'miles-obrien'],
    ['Łukasz Żółć', 'lukasz-zolc'],
    ['gauron99', 'gauron99'],
    ['Al', 'author-al'],
    ['Bartholomew Featherstonehaugh-Cholmondeley', 'bartholomew-featherstonehaugh'],
  ])('of %s is %s', (name, expected) => expect(username(name)).toBe(expected));

  it('in another script is made of the hash of the name', () => {
    expect(username('王小明')).toMatch(/^author-[0-9a-f]{8}$/);
    expect(username('王小明')).not.toBe(username('李小龙'));
  });

  it('is one that accounts may have, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        expect(username(name)).toMatch(/^[a-z0-9][a-z0-9-]{1,28}[a-z0-9]$/);
      }),
    );
  });
});

describe('accounts', () => {
  const name = (all: ReturnType<typeof accounts>, printed: string) => all.get(printed)?.username;

  it('are one for each person, named by the spelling used most', () => {
    const all = accounts([{ name: 'Ada Ok' }, { name: 'Ada OK' }, { name: 'Ada Ok' }, { name: 'Grace' }]);
    expect(all.get('Ada OK')).toEqual({ username: 'ada-ok', display_name: 'Ada Ok' });
    expect(all.get('Ada Ok')).toBe(all.get('Ada OK'));
    expect(name(all, 'Grace')).toBe('grace');
  });

  it('are shared by names that share a profile, and take the full name', () => {
    const all = accounts([
      { name: 'lovelace', profile: 'https://github.com/lovelace' },
      { name: 'lovelace', profile: 'https://www.github.com/Lovelace/' },
      { name: 'Ada Lovelace', profile: 'http://github.com/lovelace' },
      { name: 'Countess', profile: 'https://x.com/ada' },
      { name: 'Ada Lovelace', profile: 'https://twitter.com/ada' },
    ]);
    expect([...new Set([...all.values()].map(({ username }) => username))]).toEqual(['ada-lovelace']);
  });

  it('are not shared because of a company, a repository or an unknown address', () => {
    const link = (profile: string) =>
      accounts([
        { name: 'Ada', profile },
        { name: 'Grace', profile },
      ]);
    for (const profile of [
      'https://acme.example/',
      'https://github.com/',
      'https://github.com/acme/repo',
      'https://linkedin.com/company/acme',
      'not a link',
    ])
      expect(name(link(profile), 'Ada')).not.toBe(name(link(profile), 'Grace'));
  });

  it('do not depend on the order of the files', () => {
    const named = fc.array(
      fc.record({
        name: fc.constantFrom('Ada Ok', 'ADA OK', 'ada', 'Grace H'),
        profile: fc.constantFrom('https://github.com/a', 'https://x.com/g'),
      }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(named, (all) => {
        const [forth, back] = [accounts(all), accounts(all.toReversed())];
        for (const { name } of all) expect(back.get(name)).toEqual(forth.get(name));
      }),
    );
  });
});
