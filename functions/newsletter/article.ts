import MarkdownIt from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import sanitizeHtml from 'sanitize-html';

/** A post as mail programs get it. */
export interface MailedArticle {
  /** Sanitised, with whole addresses. */
  html: string;
  /** The author's Markdown, which reads as plain text. */
  text: string;
}

/** Longer texts end with a paragraph before it: mail programs cut what is larger than some 100 kB. */
const maxCharacters = 50_000;

const parser = new MarkdownIt({ html: true }).use(cjkFriendly);
const tags =
  'h1 h2 h3 h4 h5 h6 p br hr blockquote pre code em strong b i u s del ins sub sup mark small kbd a img ul ol li dl dt dd table caption thead tbody tfoot tr th td figure figcaption div span'.split(
    ' ',
  );
/** Elements that go with their content; of others that are not allowed only the tags go. */
const withContent =
  'script style textarea option select xmp noscript noembed noframes plaintext title template svg math object applet frameset iframe canvas audio video'.split(
    ' ',
  );

/**
 * Writes a post for mail programs: CommonMark and tables, and of HTML what is harmless. What pages alone understand (formulas, galleries) stays as
 * it was typed. A picture from elsewhere becomes a link: opening a mail tells nobody but this site.
 * @param page address of the post @param site origin of the blog; empty where nobody knows it
 */
export function mailedArticle(content: string, page: string, site: string): MailedArticle {
  const text = shortened(content);
  const whole = (address: string) => URL.parse(address, page)?.href ?? address;
  const html = sanitizeHtml(parser.render(text), {
    allowedTags: tags,
    nonTextTags: withContent,
    nestingLimit: 50,
    allowedAttributes: {
      '*': ['dir', 'lang', 'title'],
      a: ['href'],
      img: ['src', 'alt', 'width', 'height'],
      ol: ['start'],
      th: ['align', 'colspan', 'rowspan'],
      td: ['align', 'colspan', 'rowspan'],
    },
    allowedSchemes: ['http', 'https', 'mailto'],
    allowProtocolRelative: false,
    parseStyleAttributes: false,
    transformTags: {
      a: (tagName, attribs) => ({
        tagName,
        attribs: { ...attribs, ...(attribs.href !== undefined && { href: whole(attribs.href) }) },
      }),
      img: (tagName, attribs) => {
        const src = whole(attribs.src ?? '');
        if (isOwn(src, site)) return { tagName, attribs: { ...attribs, src } };
        return { tagName: 'a', attribs: { href: src }, text: attribs.alt || src };
      },
    },
  });
  return { html, text };
}

const isOwn = (address: string, site: string): boolean =>
  site === '' ? address.startsWith('/') && !address.startsWith('//') : URL.parse(address)?.origin === site;

function shortened(content: string): string {
  const text = content.replaceAll(/\r\n?/g, '\n').replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
  if (text.length <= maxCharacters) return text;
  const end = text.lastIndexOf('\n\n', maxCharacters);
  return `${text.slice(0, end > maxCharacters / 2 ? end : maxCharacters).replace(/[\ud800-\udbff]$/, '')}\n\n…`;
}
