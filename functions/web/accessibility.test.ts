import { legible } from '@dormouse/auth/contrast';
import { describe, expect, it } from 'vitest';
import { colours } from './app.fixture.ts';
import { elementsOf, everyPage } from './every-page.fixture.ts';
import { accentShares, palettes, usualAccents } from './palettes.ts';

describe('every page', async () => {
  const pages = (await everyPage('en')).map(([path, html]) => [path, elementsOf(html), html] as const);
  it('was reached', () => {
    expect(pages).toHaveLength(103);
    for (const [path, all] of pages) expect([path, all.length > 20]).toEqual([path, true]);
  });

  it('breaks no line within the word e-mail, and draws it with the signs of its font', () => {
    const said = pages.map(([path, , html]) => [path, html.match(/ e[-\u2011]mail\b/g)]);
    expect(said.filter(([, found]) => found)).toEqual([]);
    expect(pages.some(([, , html]) => html.includes(' e-\u2060mail'))).toBe(true);
  });

  it('says its language and title, and has one main, one first heading, a header, a footer and a named navigation', () => {
    for (const [path, all] of pages) {
      const count = (name: string) => all.filter((element) => element.name === name).length;
      expect([path, all.find(({ name }) => name === 'html')?.attributes.lang]).toEqual([path, 'en']);
      expect([path, all.find(({ name }) => name === 'title')?.text.length ?? 0]).not.toEqual([path, 0]);
      expect([path, count('main')]).toEqual([path, 1]);
      expect([path, all.some(({ name, attributes }) => name === 'nav' && !attributes['aria-label'])]).toEqual([
        path,
        false,
      ]);
      const own = all.filter(({ name, attributes }) => name === 'h1' && !attributes.id?.startsWith('user-content-'));
      expect([path, own.length]).toEqual([path, 1]);
    }
  });

  it('begins with a way past its head, which leads somewhere', () => {
    for (const [path, all] of pages) {
      const first = all.find(({ name }) => name === 'a');
      expect([path, first?.attributes]).toEqual([path, { class: 'skip', href: '#main' }]);
      expect([path, all.some(({ attributes }) => attributes.id === 'main')]).toEqual([path, true]);
    }
  });

  it('labels every field, and points at nothing that is not there', () => {
    for (const [path, all] of pages) {
      const ids = all.flatMap(({ attributes }) => attributes.id ?? []);
      expect([path, new Set(ids).size]).toEqual([path, ids.length]);
      const labelled = new Set(all.filter(({ name }) => name === 'label').map(({ attributes }) => attributes.for));
      for (const { name, attributes } of all) {
        if (['input', 'textarea', 'select'].includes(name) && attributes.type !== 'hidden')
          expect([path, name, labelled.has(attributes.id)]).toEqual([path, name, true]);
        for (const key of ['for', 'aria-describedby', 'aria-labelledby', 'list'])
          for (const id of attributes[key]?.split(' ') ?? [])
            expect([path, key, ids.includes(id)]).toEqual([path, key, true]);
        if (name === 'label') expect([path, attributes.for && ids.includes(attributes.for)]).toEqual([path, true]);
      }
    }
  });

  it('has nothing that a screen reader says in vain: no arrows, no empty paragraphs or headings', () => {
    for (const [path, , html] of pages) {
      const heard = html.slice(html.indexOf('<body')).replace(/<span aria-hidden="true">[^<]*<\/span>/g, '');
      expect([path, /[^>]*[\u2190-\u2193][^<]*/.exec(heard)?.[0]]).toEqual([path, undefined]);
      expect([path, /<(p|h\d)\b(?![^>]* (?:hidden|role=))[^>]*>\s*<\/\1>/.exec(heard)?.[0]]).toEqual([path, undefined]);
    }
  });

  it('has words in every link and button, and a text or none for every picture', () => {
    for (const [path, all] of pages)
      for (const { name, attributes, text } of all) {
        if (name === 'a' || name === 'button')
          expect([path, name, Boolean(text.trim() || attributes['aria-label'])]).toEqual([path, name, true]);
        if (name === 'img') expect([path, attributes.alt !== undefined]).toEqual([path, true]);
        if (name === 'svg') expect([path, attributes['aria-hidden']]).toEqual([path, 'true']);
      }
  });

  it('has no script but the editor’s, no style of its own, and loads from this site only', () => {
    for (const [path, all, html] of pages) {
      expect([
        path,
        all.filter(
          ({ name, attributes }) =>
            ['script', 'style', 'iframe', 'object', 'embed', 'base'].includes(name) &&
            // Data, which no browser runs.
            !(name === 'script' && attributes.type === 'application/ld+json') &&
            // Ours, in the editor, and where its texts would go.
            !(
              name === 'script' &&
              /class="(?:writing|leaving)"/.test(html) &&
              /^\/assets\/editor-/.test(attributes.src ?? '')
            ) &&
            // And where a device is asked for a passkey.
            !(
              name === 'script' &&
              html.includes(' data-passkey="') &&
              /^\/assets\/passkey-/.test(attributes.src ?? '')
            ),
        ),
      ]).toEqual([path, []]);
      for (const { name, attributes } of all) {
        expect([path, name, Object.keys(attributes).filter((key) => key === 'style' || key.startsWith('on'))]).toEqual([
          path,
          name,
          [],
        ]);
        const loaded =
          name === 'link' || name === 'img'
            ? (attributes.href ?? attributes.src)
            : name === 'form'
              ? attributes.action
              : undefined;
        if (loaded !== undefined) expect([path, /^\/(?!\/)/.test(loaded)]).toEqual([path, true]);
      }
      expect([path, html.includes('[object')]).toEqual([path, false]);
      expect([path, html.includes('undefined')]).toEqual([path, false]);
    }
  });

  it('can be read in any direction', () => {
    const post = pages.find(([path]) => path === '/blog/posts/mine')?.[1] ?? [];
    for (const name of ['h1', 'div'])
      expect(post.some((element) => element.name === name && element.attributes.dir === 'auto')).toBe(true);
  });
});

describe('colours', () => {
  type Colors = Record<string, string>;
  /** Those of a theme, with the accent colour of a blog. */
  const theme = (name: keyof typeof palettes, dark: boolean, accent: string): Colors => ({
    ...Object.fromEntries(
      Object.entries(palettes[name]).map(([token, [light, other]]) => [token, dark ? (other as string) : light]),
    ),
    ...Object.fromEntries(
      Object.entries(accentShares[name]).map(([token, shares]) => [
        token,
        mix(dark ? '#ffffff' : '#000000', accent, shares[dark ? 1 : 0] / 100),
      ]),
    ),
  });
  const { light, dark } = usualAccents;
  const themes: [string, Colors][] = [
    ['light', theme('usual', false, light)],
    ['dark', theme('usual', true, dark)],
    ['sepia', theme('sepia', false, light)],
    ['light high contrast', theme('contrast', false, light)],
    ['dark high contrast', theme('contrast', true, dark)],
    // The palest accents that the settings take.
    ['sepia, pale accent', theme('sepia', false, legible('#ff8800', 'light'))],
    ['light high contrast, pale accent', theme('contrast', false, legible('#00ff00', 'light'))],
    ['dark high contrast, deep accent', theme('contrast', true, legible('#0000ff', 'dark'))],
  ];
  const text: [string, string][] = [
    ...['ink', 'soft', 'accent', 'accent-strong', 'bad'].flatMap((on): [string, string][] => [
      [on, 'paper'],
      [on, 'raised'],
    ]),
    ...[
      'ink',
      'soft',
      'syntax-comment',
      'syntax-keyword',
      'syntax-string',
      'syntax-number',
      'syntax-title',
      'syntax-type',
    ].map((on): [string, string] => [on, 'sunken']),
    ['on-accent', 'accent'],
    ['on-accent', 'accent-strong'],
    ['ink', 'bad-paper'],
    ['ink', 'mark'],
    ['paper', 'bad'],
  ];
  it.each(themes)(
    'of text have a contrast of at least 4.5 : 1, and 7 : 1 where it is wanted high: %s',
    (name, colors) => {
      const least = name.includes('high contrast') ? 7 : 4.5;
      for (const [on, under] of text)
        expect([on, under, contrast(colors[on] as string, colors[under] as string) >= least]).toEqual([
          on,
          under,
          true,
        ]);
    },
  );
  it.each(themes)('of what is no text have 3 : 1: %s', (_, colors) => {
    for (const on of ['strong-line', 'focus'])
      for (const under of ['paper', 'raised'])
        expect([on, under, contrast(colors[on] as string, colors[under] as string) >= 3]).toEqual([on, under, true]);
  });
  it.each(themes)('of chips have it for any category colour: %s', (_, { ink, paper }) => {
    for (const color of [
      '#000000',
      '#ffffff',
      '#ffff00',
      '#0000ff',
      '#ff0000',
      '#00ff00',
      '#767676',
      ...colours.map(({ color }) => color),
    ])
      for (const under of [0.13, 0.26])
        expect([color, contrast(mix(color, ink as string, 0.28), mix(color, paper as string, under)) >= 4.5]).toEqual([
          color,
          true,
        ]);
  });
});

const channels = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
const mix = (a: string, b: string, share: number): string =>
  `#${channels(a)
    .map((value, index) =>
      Math.round(value * share + (channels(b)[index] as number) * (1 - share))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;

/** WCAG 2.2 contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [r, g, b] = channels(hex).map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    ) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
