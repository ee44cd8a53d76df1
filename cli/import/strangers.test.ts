import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { planned } from './memory.fixture.ts';

const head = (fields: string, text = 'Text.') => `---\n${fields}\n---\n\n${text}\n`;
const picture = Buffer.from('89504e470d0a1a0a', 'hex');
const shown = `/blog/media/pictures/${createHash('sha256').update(picture).digest('hex')}-1280.jpg`;

describe('a blog of Jekyll with collections and data', () => {
  const { post, posts } = planned({
    '_config.yml':
      'url: https://salt.example\nbaseurl: /kitchen\npermalink: /:categories/:year/:month/:title/\ncollections_dir: parts\n' +
      'collections:\n  recipes:\n    output: true\n    permalink: /cook/:name/\n  tutorials: {output: true}\n  staff: {output: false}\n' +
      'defaults:\n  - scope: {path: "", type: posts}\n    values: {author: ada}\n  - scope: {path: parts/_tutorials/internal}\n    values: {published: false}\n',
    '_data/authors.yml': 'ada:\n  name: Ada Löwe\n  url: https://ada.example\nbob:\n  name: Bob\n',
    'parts/_posts/2019-03-04-salt.md': head(
      'title: Salt\ncategories: cooking basics',
      [
        '{% include figure.html src="/assets/salt.png" caption="Fine salt" alt="Salt" %}',
        '[soup]({% link _recipes/soup.md %}) [later]({{ "/cook/soup/" | relative_url }})',
        '> A quote.\n{: .prompt-tip }',
        '{::comment}\nnever seen\n{:/comment}',
        '{::nomarkdown}raw{:/}',
        '{% assign x = 1 %}',
        '{% youtube dQw4w9WgXcQ %}',
      ].join('\n\n'),
    ),
    'parts/_posts/2020-02-06-guest.md': head('title: Guest\nauthors: [ada, bob]'),
    'parts/_posts/2022-01-01-gone.md': head('title: Gone\nredirect_to: [https://elsewhere.example/x]'),
    'parts/_recipes/soup.md': head('title: Soup\ndate: 2018-05-05'),
    'parts/_tutorials/one.md': head('title: One\ndate: 2018-05-06'),
    'parts/_tutorials/internal/two.md': head('title: Two'),
    'parts/_staff/ada.md': head('title: Ada'),
    '_posts/2017-01-01-outside.md': head('title: Outside'),
    'assets/salt.png': picture,
  });

  it('shows what Jekyll showed, and nothing else', () =>
    expect(posts.filter(({ status }) => status === 'published').map(({ title }) => title)).toEqual([
      'Soup',
      'One',
      'Salt',
      'Guest',
    ]));

  it('says why the others are drafts', () => {
    expect(post('_posts/2017-01-01-outside.md')!.hidden).toEqual(['Jekyll reads _posts in parts only']);
    expect(post('parts/_posts/2022-01-01-gone.md')!.hidden).toEqual([
      'Jekyll led from it to https://elsewhere.example/x',
    ]);
    expect(post('parts/_tutorials/internal/two.md')!.hidden).toEqual(['published: false']);
  });

  it('keeps the addresses of collections, and their folder is no category', () => {
    expect(post('parts/_recipes/soup.md')!.addresses).toEqual(['/kitchen/cook/soup']);
    expect(post('parts/_tutorials/one.md')!.addresses).toEqual(['/kitchen/tutorials/one']);
    expect(post('parts/_posts/2019-03-04-salt.md')!).toMatchObject({
      addresses: ['/kitchen/cooking/basics/2019/03/salt'],
      category_name: 'cooking',
    });
    expect(post('parts/_posts/2020-02-06-guest.md')!.category_name).toBe('Blog');
  });

  it('has the names of its data for authors; those of a post count more than the defaults', () => {
    expect(post('parts/_posts/2019-03-04-salt.md')!.byline).toEqual(['Ada Löwe']);
    expect(post('parts/_posts/2020-02-06-guest.md')!.byline).toEqual(['Ada Löwe', 'Bob']);
  });

  it('has what includes, marks of kramdown and tags show', () =>
    expect(
      post('parts/_posts/2019-03-04-salt.md')!
        .render()
        .content.replace(/\n{3,}/g, '\n\n'),
    ).toBe(
      `![Salt](${shown})\n\n*Fine salt*\n\n[soup](/blog/posts/soup) [later](/blog/posts/soup)\n\n> [!tip]\n> A quote.\n\nraw\n\nhttps://www.youtube.com/watch?v=dQw4w9WgXcQ`,
    ));
});

describe('a vault of Obsidian with odd names', () => {
  const { post } = planned({
    '.obsidian/app.json': '{}',
    'Home.md': [
      '[[C# vs C++]] [[c# VS c++|words]] [x](<C# vs C++.md>) [[What is this?]] [[100% sure]]',
      '[[#Local part]] [[Größe#Erster Teil]] [[Größe#^abc123|block]] [[Café]] [[No such note]] [[No such note|shown]]',
      '![[song.mp3]] ![[pier.png|300]] #tag/nested text#no `#code`',
      '| a |\n|---|\n| [[Größe\\|in a cell]] |',
      '## Local part',
    ].join('\n\n'),
    'C# vs C++.md': head('date created: Friday, January 5th 2024, 1:00:00 pm', '# C# vs C++\n\nText'),
    'What is this?.md': 'Text',
    '100% sure.md': 'Text',
    'Größe.md': 'A block ^abc123\n\n## Erster Teil\n\nText',
    'Cafe\u0301.md': 'Text',
    'MOC - 2024-01-07 Sunday.md': '```ad-note\ntitle: Mind\nText\n```\n\n```dataview\nLIST\n```',
    'Projects/Plan.md': '[[Plan]]',
    'Archive/Plan.md': '[[Plan]]',
    'files/song.mp3': 'ID3',
    'files/pier.png': picture,
  });

  it('finds notes by their whole names, in any case and composition; what leads nowhere is its words', () => {
    const { content, deadLinks } = post('Home.md')!.render();
    const other = '/blog/posts/c-sharp-vs-c-plus-plus';
    const size = `/blog/posts/${encodeURIComponent('größe')}`;
    expect(content).toBe(
      [
        `[C# vs C++](${other}) [words](${other}) [x](${other}) [What is this?](/blog/posts/what-is-this) [100% sure](/blog/posts/100-percent-sure)`,
        `[Local part](#local-part) [Größe](${size}#erster-teil) [block](${size}#abc123) [Café](/blog/posts/caf%C3%A9) No such note shown`,
        `song.mp3 ![](${shown}) #tag/nested text#no \`#code\``,
        `| a |\n|---|\n| [in a cell](${size}) |`,
        '## Local part',
      ].join('\n\n'),
    );
    expect(deadLinks).toEqual(['[[No such note]]', '[[No such note]]', 'song.mp3']);
  });

  it('takes titles from the names, dates from the properties and tags from the text', () => {
    expect(post('Größe.md')!.title).toBe('Größe');
    expect(post('MOC - 2024-01-07 Sunday.md')!.title).toBe('MOC - 2024-01-07 Sunday');
    expect(post('C# vs C++.md')!).toMatchObject({ title: 'C# vs C++', created_at: '2024-01-05T13:00:00.000Z' });
    expect(post('Home.md')!.tags).toEqual(['tag/nested']);
  });

  it('of two notes of one name means the one beside', () => {
    const [own, other] = [post('Projects/Plan.md')!, post('Archive/Plan.md')!];
    expect([own.render().content, other.render().content]).toEqual([
      `[Plan](/blog/posts/${own.slug})`,
      `[Plan](/blog/posts/${other.slug})`,
    ]);
  });

  it('has blocks by their names, boxes of plugins, and a count of what only Obsidian runs', () => {
    expect(post('Größe.md')!.render().content).toContain('A block <a id="abc123"></a>');
    const { content, unknown } = post('MOC - 2024-01-07 Sunday.md')!.render();
    expect(content).toContain('> [!note] Mind\n> Text');
    expect([...unknown]).toEqual([['```dataview', 1]]);
  });
});
