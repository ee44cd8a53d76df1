import { expect, test } from 'vitest';
import { mailedArticle } from './article.ts';

const site = 'https://blog.example';
const html = (content: string, origin = site) => mailedArticle(content, `${origin}/blog/posts/one`, origin).html.trim();

test.each([
  ['a link within the blog is a whole one', '[a](/blog/posts/two)', `<p><a href="${site}/blog/posts/two">a</a></p>`],
  ['a link beside the post is a whole one', '[a](two#x)', `<p><a href="${site}/blog/posts/two#x">a</a></p>`],
  ['a link elsewhere stays', '[a](http://other.example/)', '<p><a href="http://other.example/">a</a></p>'],
  [
    'a picture of the blog is a whole one',
    '![A cat](/blog/media/x.jpg)',
    `<p><img src="${site}/blog/media/x.jpg" alt="A cat" /></p>`,
  ],
  [
    'a picture from elsewhere becomes a link',
    '![A cat](https://spy.example/x.gif)',
    '<p><a href="https://spy.example/x.gif">A cat</a></p>',
  ],
  ['a picture of another scheme becomes text', '<img src="data:image/gif;base64,AAAA" alt="x">', '<a>x</a>'],
  ['a script goes with its content', 'a<script>alert(1)</script>b', '<p>ab</p>'],
  ['so does a frame', '<iframe src="https://other.example">x</iframe>', ''],
  ['a handler goes', '<b onclick="x()" style="position:fixed">a</b>', '<p><b>a</b></p>'],
  ['a form goes', '<form action="/x"><input name="y">a</form>', 'a'],
  ['a link that is no address goes', '<a href="javascript:alert(1)">a</a>', '<p><a>a</a></p>'],
  [
    'letters of Korean are strong where their author says so',
    '**“강조”**입니다',
    '<p><strong>“강조”</strong>입니다</p>',
  ],
])('%s', (_, content, expected) => expect(html(content)).toBe(expected));

test('where nobody knows the address of the blog, addresses begin with a slash', () => {
  expect(html('[a](/b) ![c](/blog/media/x.jpg) ![d](//spy.example/x.gif)', '')).toBe(
    '<p><a href="/b">a</a> <img src="/blog/media/x.jpg" alt="c" /> <a>d</a></p>',
  );
});

test('the text is what the author wrote, without controls', () => {
  expect(mailedArticle('# One\r\n\r\n*two*\u0007', site, site).text).toBe('# One\n\n*two*');
});

test('a very long post ends with a paragraph', () => {
  const { text, html: markup } = mailedArticle('word '.repeat(40).concat('\n\n').repeat(400), site, site);
  expect(text.length).toBeLessThan(50_010);
  expect(text.endsWith('word \n\n…')).toBe(true);
  expect(markup.endsWith('<p>…</p>\n')).toBe(true);
});
