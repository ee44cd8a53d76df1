import { describe, expect, it } from 'vitest';
import { withoutShortcodes } from './shortcodes.ts';
import { wordpressMarkdown } from './wordpress-text.ts';

const read = (content: string, footnotes: Record<string, string> = {}) =>
  wordpressMarkdown(content, {
    pictures: new Map([['901', { url: '/pier.jpg', alt: 'Pier', parent: '9' }]]),
    blocks: new Map(),
    footnotes: new Map(Object.entries(footnotes)),
    post: '1',
  });
const text = (content: string, footnotes?: Record<string, string>) => read(content, footnotes).text;
const card = (address: string) => `[${address}](${address})`;
const clip = card('https://www.youtube.com/watch?v=dQw4w9WgXcQ');

const words = (content: string): string => content.replace(/\[[^\]]*\]/g, '').replace(/[^a-z]/g, '');

describe('fifteen years of shortcodes', () => {
  it.each([
    [
      'WPBakery',
      '[vc_row css=".a{margin:0 !important;}"][vc_column width="1/2"][vc_column_text]<h2>Salt</h2>\nLeft <strong>text</strong>.\n\nMore.[/vc_column_text][vc_single_image image="901"][/vc_column][vc_column][vc_custom_heading text="A heading" font_container="tag:h3"][vc_btn title="Read more" link="url:https%3A%2F%2Fb.example%2Fmore|title:More"][vc_raw_html]JTNDYiUzRXJhdyUzQyUyRmIlM0U=[/vc_raw_html][vc_empty_space height="9px"][/vc_column][/vc_row]',
      '## Salt\n\nLeft **text**.\n\nMore.\n\n![Pier](/pier.jpg)\n\n### A heading\n\n[Read more](https://b.example/more)\n\n**raw**',
    ],
    [
      'Divi',
      '[et_pb_section fb_built="1"][et_pb_row][et_pb_text]<p>Words.</p>[/et_pb_text][et_pb_image src="/b.jpg" alt="B"][/et_pb_image][et_pb_blurb title="Blurb"]<p>Body</p>[/et_pb_blurb][et_pb_toggle title="Open me"]<p>In</p>[/et_pb_toggle][/et_pb_row][/et_pb_section]',
      'Words.\n\n![B](/b.jpg)\n\n> **Blurb**\n>\n> Body\n\n<details><summary>Open me</summary>\n\nIn\n\n</details>',
    ],
    [
      'Avada',
      '[fusion_builder_container][fusion_text]Words.[/fusion_text][fusion_title size="2"]Title[/fusion_title][/fusion_builder_container]',
      'Words.\n\n## Title',
    ],
    [
      'Shortcodes Ultimate',
      '[su_note]Note.[/su_note]\n[su_box title="Box"]Text[/su_box]\n[su_tabs][su_tab title="One"]First[/su_tab][su_tab title="Two"]Second[/su_tab][/su_tabs]\n[su_quote cite="Ada"]Said[/su_quote] [su_dropcap]D[/su_dropcap]ropped [su_highlight]lit[/su_highlight]',
      '> Note.\n\n> **Box**\n>\n> Text\n\n**One**\n\nFirst\n\n**Two**\n\nSecond\n\n> Said\n>\n> — Ada\n\nDropped <mark>lit</mark>',
    ],
    [
      'a theme',
      '[one_half]Left[/one_half][one_half_last]Right[/one_half_last][clear]\n[button link="https://b.example" color="red"]Buy[/button] [divider]',
      'Left\n\nRight\n\n[Buy](https://b.example)\n\n---',
    ],
  ])('%s: columns stand one below the other, and what it shows is shown', (_, content, expected) =>
    expect(text(content)).toBe(expected),
  );

  it.each([
    [
      '[sourcecode language="php"]\n<?php echo $a[0] < 1 ? "a & b" : "c"; ?>\n[/sourcecode]',
      'php',
      '<?php echo $a[0] < 1 ? "a & b" : "c"; ?>',
    ],
    ['[php]echo 1 &lt; 2;[/php]', 'php', 'echo 1 < 2;'],
    ['[cc lang="java"]List<String> a;[/cc]', 'java', 'List<String> a;'],
    ['[code]plain [gallery] *here*[/code]', 'text', 'plain [gallery] *here*'],
  ])('code is as it was: %s', (content, language, code) =>
    expect(text(content)).toBe(`\`\`\`${language}\n${code}\n\`\`\``),
  );

  it.each([
    ['[youtube]dQw4w9WgXcQ[/youtube]', clip],
    ['[youtube id="dQw4w9WgXcQ" width="600"]', clip],
    ['[su_youtube url="https://youtu.be/dQw4w9WgXcQ"]', clip],
    ['[vimeo 12345678]', card('https://vimeo.com/12345678')],
    ['[tweet 123456789012345678]', card('https://x.com/i/status/123456789012345678')],
    ['[gist id="123abc" /]', card('https://gist.github.com/123abc')],
    ['[spotify https://open.spotify.com/track/x]', card('https://open.spotify.com/track/x')],
    ['[audio http://a.example/song.mp3|titles=Song]', '[Audio](http://a.example/song.mp3)'],
    ['[youtube https://youtu.be/dQw4w9WgXcQ]\n\n[youtube]dQw4w9WgXcQ[/youtube]', `${clip}\n\n${clip}`],
  ])('what lies elsewhere is a link that stands alone: %s', (content, expected) =>
    expect(text(content)).toBe(expected),
  );

  it('notes stand below the text, those of the block too', () => {
    expect(text('One[ref]The <em>note</em>.[/ref] two[mfn]Other[/mfn].')).toBe(
      'One[^1] two[^2].\n\n[^1]: The *note*.\n\n[^2]: Other',
    );
    expect(
      text(
        '<!-- wp:paragraph --><p>A<sup data-fn="f1" class="fn"><a href="#f1">1</a></sup>.</p><!-- /wp:paragraph -->',
        {
          f1: 'Of a <em>block</em>',
        },
      ),
    ).toBe('A[^1].\n\n[^1]: Of a *block*');
  });

  it('formulas are formulas, and several languages stand one below the other', () => {
    expect(text('$latex E=mc^2&amp;s=2$ and [latex]\\frac{a_1}{b}[/latex]')).toBe('$E=mc^2$ and $\\frac{a_1}{b}$');
    expect(text('[:en]Words[:de]Worte[:]')).toBe('Words\n\nWorte');
  });

  it('stays as it is where it means nothing here, and is counted', () => {
    const { text, unknown } = read(
      '[contact-form-7 id="12"] [planner month="july"]a[/planner] [sic] a[0] [[gallery]] [x]',
    );
    expect(text.replaceAll('\\', '')).toBe(
      '[contact-form-7 id="12"] [planner month="july"]a[/planner] [sic] a[0] [gallery] [x]',
    );
    expect([...unknown]).toEqual([
      ['[contact-form-7]', 1],
      ['[planner]', 1],
    ]);
  });

  it('loses no text where ends are missing, too many or crossed', () => {
    for (const content of [
      '[su_box]open',
      'closed[/su_box]',
      '[one_half]a[su_box]b[/one_half]c[/su_box]',
      '[su_box][su_box]a[/su_box]',
    ])
      expect(words(text(content))).toBe(words(content));
  });
});

it.each(['[[', '[', '<pre ', '<!-- wp:'])('a long text of %s ends, and stays', (start) => {
  const text = (start + 'a'.repeat(20)).repeat(200) + start + 'a'.repeat(50_000);
  expect(
    withoutShortcodes(
      text,
      () => undefined,
      () => false,
    ).html,
  ).toContain('a'.repeat(50_000));
});
