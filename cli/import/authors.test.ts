import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authors } from './authors.ts';

const names = (byline: string) => authors(byline).map(({ name }) => name);

describe('a byline', () => {
  it.each<[string, string[]]>([
    ['Ada Lovelace', ['Ada Lovelace']],
    ['ada99', ['ada99']],
    ['@ada', ['ada']],
    ['Ada Lovelace, Senior Principal Engineer @ Acme', ['Ada Lovelace']],
    ['Ada Lovelace, software engineer at Acme', ['Ada Lovelace']],
    ['Ada Lovelace @ Acme', ['Ada Lovelace']],
    ['Ada Lovelace from Acme', ['Ada Lovelace']],
    ['Ada Lovelace - Engineer, Acme Labs', ['Ada Lovelace']],
    ['Ada Lovelace, Acme Inc.', ['Ada Lovelace']],
    ['Ada Lovelace and Grace Hopper', ['Ada Lovelace', 'Grace Hopper']],
    ['Ada Lovelace & Grace Hopper (Navy)', ['Ada Lovelace', 'Grace Hopper']],
    ['Ada Lovelace, Grace Hopper, and Jean Bartik', ['Ada Lovelace', 'Grace Hopper', 'Jean Bartik']],
    ['Ada Lovelace; Grace Hopper', ['Ada Lovelace', 'Grace Hopper']],
    ['Ada Lovelace, Senior Engineer @ Acme, Grace Hopper, Principal Engineer @ Navy', ['Ada Lovelace', 'Grace Hopper']],
    ['Ada Lovelace (Acme) and Grace Hopper (Navy), Jean Bartik', ['Ada Lovelace', 'Grace Hopper', 'Jean Bartik']],
    ['Ada Lovelace (Acme, representing users @ The Committee)', ['Ada Lovelace']],
    ['Ludwig van Beethoven, Composer and Conductor at Court', ['Ludwig van Beethoven']],
    ['王小明, Äda Ößel', ['王小明', 'Äda Ößel']],
    ["Miles O'Brien, Jean-Luc Picard", ["Miles O'Brien", 'Jean-Luc Picard']],
    ['Ada Lovelace <ada@example.org>, grace@example.org', ['Ada Lovelace']],
    ['Ada Lovelace, Ada Lovelace', ['Ada Lovelace']],
    ['', []],
    [' , ', []],
  ])('%j names %j', (byline, expected) => expect(names(byline)).toEqual(expected));

  it.each<[string, string[]]>([
    ['[Ada Lovelace](https://example.org/ada), Engineer @ [Acme](https://acme.example)', ['Ada Lovelace']],
    [
      '[Ada Lovelace (Acme)](https://example.org/ada), [Grace Hopper (Navy)](https://example.org/grace)',
      ['Ada Lovelace', 'Grace Hopper'],
    ],
    ['[Ada Lovelace Google](https://example.org/ada)', ['Ada Lovelace']],
    ['[Ada Lovelace](https://example.org/ada){:target="_blank"}, LFX\'25 Mentee', ['Ada Lovelace']],
    [
      '[Ada Lovelace](https://a.example/a) Intern @ [Acme](https://acme.example), and [Grace Hopper](https://a.example/g) Intern @ [Navy](https://navy.example)',
      ['Ada Lovelace', 'Grace Hopper'],
    ],
    [
      '[Ada Lovelace](https://a.example/a), Engineer @ Acme, and [Grace Hopper](https://a.example/g), Engineer @ Navy',
      ['Ada Lovelace', 'Grace Hopper'],
    ],
    [
      '[Ada Lovelace](https://a.example/a), Engineer @ Acme and [Grace Hopper](https://a.example/g), Engineer @ Navy',
      ['Ada Lovelace', 'Grace Hopper'],
    ],
    [
      '[Ada Lovelace](https://a.example/a), Engineer @ [Acme](https://acme.example) and [School](https://school.example) Instructor',
      ['Ada Lovelace'],
    ],
    [
      '[Ada Lovelace](https://a.example/a), Scientist and Manager, DevSecOps @ [Acme](https://acme.example)',
      ['Ada Lovelace'],
    ],
    ['[Ada Lovelace](https://a.example/a), on behalf of the [Committee](https://c.example)', ['Ada Lovelace']],
    [
      '[Ada Lovelace](https://a.example/a), [Grace Hopper](https://a.example/g), and Jean Bartik',
      ['Ada Lovelace', 'Grace Hopper', 'Jean Bartik'],
    ],
    ['[Ada](https://a.example/wiki/Ada_(person)) and [Grace](<https://a.example/g>)', ['Ada', 'Grace']],
    [
      '[ [Ada Lovelace (independent)](https://a.example/a), [Grace Hopper](https://a.example/g) and [Jean Bartik](https://a.example/j)',
      ['Ada Lovelace', 'Grace Hopper', 'Jean Bartik'],
    ],
    ['[[Ada Lovelace](https://a.example/a), [Grace Hopper](https://a.example/g), ', ['Ada Lovelace', 'Grace Hopper']],
    ['[Ada Lovelace (Ace)](https://a.example/a), Product @ Acme Cloud', ['Ada Lovelace']],
  ])('%j with links names %j', (byline, expected) => expect(names(byline)).toEqual(expected));

  it('keeps the link behind a name', () => {
    expect(authors('[Ada](https://github.com/ada), Grace')).toEqual([
      { name: 'Ada', profile: 'https://github.com/ada' },
      { name: 'Grace' },
    ]);
  });

  it('never gives an e-mail address, an empty name or one over 100 characters, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.emailAddress(),
            fc.constantFrom(', ', ' and ', '[', ']', '(', ')', '@', '](https://x.example)', '*'),
          ),
        ),
        (parts) => {
          for (const { name } of authors(parts.join(''))) {
            expect(name).toBe(name.trim());
            expect(name.length).toBeGreaterThan(0);
            expect(name.length).toBeLessThanOrEqual(100);
            expect(name).not.toMatch(/[\u0000-\u001f]/);
            expect(name).not.toMatch(/\S+@\S+\.\w+/);
          }
        },
      ),
    );
  });
});
