import { Parser } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import { elementsOf, everyPage } from './every-page.fixture.ts';

/** Names that Korean leaves as they are. */
const names =
  /\b(?:Dormouse|Markdown|WordPress|Ghost|Jekyll|Hugo|CSV|PNG|JPEG|GIF|WebP|AVIF|MB|UTC|Europe\/Berlin|Asia\/Seoul|Firefox|Linux|API|Standard Webhooks|Source Serif|Source Sans|code|ms|kB|en|ko|pt-BR)\b/g;
/** What people wrote, as the pages' fixture has it: titles, names, addresses. */
const written =
  /https?:\/\/\S*|[\w.]+@example\.org|<b>Bold<\/b>|A blog that sleeps until somebody reads it\.|Some text\.|In short\.|\bPost \d+\b|Old title|Writes <b>\.\nSleeps\.|changed by another|Grace(?: <b>)?|\bAda <i>|\bBackup <i>|\bLaptop(?: <i>)?|\bExample\b|gone\.example|\bada <i>|\bx:y\b|\b(?:ada|edna|root|receiver\.example|example|About|Bold|General|Sleep)\b|C#|\/blog\/\S+|\bT\b/g;
/** Elements whose text is somebody's, or a program's. */
const theirs = new Set(['code', 'pre', 'bdi', 'textarea', 'script', 'style', 'time']);
/** Attributes that people hear or see. */
const said = ['aria-label', 'title', 'alt', 'placeholder'];

/** Texts of a page in which a Latin letter is left that nobody wrote. */
function latinIn(html: string): string[] {
  const found: string[] = [];
  const open: string[] = [];
  let text = '';
  const note = (said: string) => {
    const rest = said.replace(written, '').replace(names, '');
    if (/\p{Script=Latin}/u.test(rest)) found.push(said.trim());
  };
  const end = () => {
    if (!open.includes('theirs')) note(text);
    text = '';
  };
  const parser = new Parser({
    onopentag(name, attributes) {
      end();
      const isTheirs = theirs.has(name) || attributes.dir === 'auto' || attributes.class?.includes('prose');
      open.push(isTheirs ? 'theirs' : name);
      if (!open.includes('theirs')) for (const key of said) if (attributes[key]) note(attributes[key]);
      if (name === 'meta' && attributes.name === 'description') note(attributes.content ?? '');
    },
    ontext: (part) => void (text += part),
    onclosetag() {
      end();
      open.pop();
    },
  });
  parser.end(html);
  return found;
}

describe('every page of a Korean blog', async () => {
  const pages = await everyPage('ko');
  it.each(pages)('says nothing in Latin letters but names, and that it is Korean: %s', (_path, html) => {
    expect(latinIn(html)).toEqual([]);
    expect(elementsOf(html).find(({ name }) => name === 'html')?.attributes.lang).toBe('ko');
  });
});

it('finds what is left in English', () => {
  expect(latinIn('<p>글 <b>Edit</b></p><p dir="auto">Edit</p><nav aria-label="Site"></nav>')).toEqual(['Edit', 'Site']);
});
