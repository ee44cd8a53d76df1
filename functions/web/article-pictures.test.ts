import { expect, test } from 'vitest';
import { picturesIn, type ReadyPicture, withPictures } from './article-pictures.ts';
import { renderMarkdown } from './markdown.ts';
import { picturesAt } from './pictures.ts';

const hash = 'a'.repeat(64);
const at = (name: string) => `/blog/media/pictures/${hash}-${name}`;
const ready: ReadyPicture = {
  hash,
  width: 1000,
  height: 500,
  color: '#a1b2c3',
  animated: false,
  variants: [
    { address: at('1280.avif'), type: 'image/avif', width: 1000 },
    { address: at('640.avif'), type: 'image/avif', width: 640 },
    { address: at('1280.webp'), type: 'image/webp', width: 1000 },
    { address: at('1280.jpg'), type: 'image/jpeg', width: 1000 },
    { address: at('640.jpg'), type: 'image/jpeg', width: 640 },
  ],
};
const known = new Map([[hash, ready]]);
const render = async (text: string) => (await renderMarkdown(text)).html;

test('a picture of ours has every format and width, its size and its colour', async () => {
  const { html, colors } = withPictures(await render(`Text\n\n![A "cat" & <more>](${at('1280.jpg')})`), known);
  expect(html).toContain(
    `<picture><source type="image/avif" srcset="${at('1280.avif')} 1000w, ${at('640.avif')} 640w" sizes="(min-width: 46rem) 44rem, 94vw"><source type="image/webp"`,
  );
  expect(html).toMatch(/<img src="[^"]+-1280\.jpg" alt="A &quot;cat&quot; &amp; &lt;more&gt;"/);
  expect(html).toContain('width="1000" height="500"');
  expect(html).toContain('loading="lazy"');
  expect(html).toContain('class="placeholder c-a1b2c3"></picture>');
  expect(colors).toEqual([{ color: '#a1b2c3' }]);
});

test('markup by hand, captions and links keep what they have', async () => {
  const { html } = withPictures(
    await render(`<img src="${at('640.webp')}" width="100" height="50" alt="a > b">`),
    known,
  );
  expect(html).toContain('width="100" height="50"');
  expect(html).not.toContain('width="1000"');
  const linked = await render(`[![a](${at('1280.jpg')} "words")](https://example.org)`);
  expect(withPictures(linked, known).html).toMatch(/<figure><a [^>]+><picture>.*<\/picture><\/a><figcaption>words/);
});

test('pictures of a gallery are as wide as half of the article', async () => {
  const { html } = withPictures(
    await render(`![a](${at('1280.jpg')})\n![b](${at('1280.jpg')})\n\n![c](${at('1280.jpg')})`),
    known,
  );
  expect([...html.matchAll(/<img [^>]*sizes="([^"]*)"/g)].map(([, sizes]) => sizes)).toEqual([
    '(min-width: 64rem) 27rem, (min-width: 46rem) 22rem, 47vw',
    '(min-width: 64rem) 27rem, (min-width: 46rem) 22rem, 47vw',
    '(min-width: 46rem) 44rem, 94vw',
  ]);
});

test('other pictures, and those that are not ready, stay as they are', async () => {
  const html = await render(`![a](/blog/media/${hash}) ![b](${at('1280.jpg')}) \`<img src="${at('640.jpg')}">\``);
  expect(withPictures(html, new Map()).html).toBe(html);
  expect(picturesIn(html)).toEqual([hash]);
});

test('media is asked once for a picture, and a page does not wait for it for ever', async () => {
  const asked: string[] = [];
  const pictures = picturesAt('http://media', async (url) => {
    asked.push(url);
    return Response.json([ready]);
  });
  const html = await render(`![b](${at('1280.jpg')})`);
  expect(await pictures.show(html)).toMatchObject({
    complete: true,
    html: expect.stringContaining('<picture>'),
    pending: false,
  });
  expect(await pictures.show(html)).toMatchObject({ complete: true, html: expect.stringContaining('<picture>') });
  expect(asked).toEqual([`http://media/blog/api/media/-/ready?hashes=${hash}`]);
  const slow = picturesAt('http://media', () => new Promise(() => {}), 1);
  expect(await slow.show(html)).toMatchObject({ complete: false, html, colors: [], pending: true });
  const broken = picturesAt('http://media', async () => new Response('', { status: 503 }));
  expect(await broken.show(html)).toMatchObject({ complete: false, html, colors: [], pending: true });
  expect(await broken.show('<p>none</p>')).toEqual({
    complete: true,
    html: '<p>none</p>',
    colors: [],
    named: [],
    pending: false,
  });
});
