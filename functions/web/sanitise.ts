import sanitizeHtml from 'sanitize-html';

const articleTags =
  'h1 h2 h3 h4 h5 h6 p br hr blockquote pre code em strong b i u s del ins sub sup mark small kbd samp var abbr cite q dfn time a img ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr th td figure figcaption details summary div span section article bdi bdo ruby rt rp wbr input'.split(
    ' ',
  );

/** Elements removed with their content; of other disallowed elements only the tags are removed. */
const withContent =
  'script style textarea option select xmp noscript noembed noframes plaintext title template svg math object applet frameset canvas audio video'.split(
    ' ',
  );

/** Deepest nesting of elements; of deeper ones only the tags are removed. */
const maxDepth = 100;

/** Where relative addresses start; the host is nobody's. */
const here = 'https://here.invalid/blog/posts/';

/**
 * The markup of an article as it may stand in a page: an allow-list of elements and attributes, addresses that lead to http, https and mailto,
 * ids under `user-content-`, pictures of this site only. A picture from elsewhere becomes a link to it, unless `picturesElsewhere`: a page loads nothing from others.
 * @param options `tags`: which elements may stand there; those of articles unless said
 */
export function sanitise(unsafe: string, { picturesElsewhere = false, tags = articleTags } = {}): string {
  let links = 0;
  return sanitizeHtml(unsafe, {
    allowedTags: tags,
    nonTextTags: withContent,
    nestingLimit: maxDepth,
    allowedAttributes: {
      '*': ['id', 'dir', 'lang', 'title'],
      a: ['href', 'rel', 'aria-label'],
      input: ['type', 'disabled', 'checked', 'aria-label'],
      img: ['src', 'alt', 'width', 'height', 'loading', 'decoding'],
      ol: ['start', 'type', 'reversed'],
      li: ['value'],
      th: ['align', 'colspan', 'rowspan', 'scope'],
      td: ['align', 'colspan', 'rowspan'],
      col: ['span'],
      colgroup: ['span'],
      time: ['datetime'],
      details: ['open'],
      pre: ['tabindex'],
      div: ['tabindex'],
    },
    allowedClasses: {
      code: [/^language-[\w+#.-]+$/],
      a: ['picture-elsewhere', 'embed'],
      span: [/^hljs-[\w-]+$/, /^[a-z]+_+$/, /^language-[\w+#.-]+$/, 'picture-elsewhere'],
      div: ['table', 'formula', 'contents', 'callout', /^callout-\w+$/, 'gallery'],
      details: ['callout', /^callout-\w+$/],
      summary: ['callout-title'],
      p: ['callout-title'],
      li: ['task'],
      figure: ['code'],
      section: ['footnotes'],
    },
    allowedSchemes: ['http', 'https', 'mailto'],
    parseStyleAttributes: false,
    exclusiveFilter: ({ tag, attribs }) => tag === 'input' && attribs.type !== 'checkbox',
    onOpenTag: (name) => void (links += name === 'a' ? 1 : 0),
    onCloseTag: (name) => void (links -= name === 'a' ? 1 : 0),
    transformTags: {
      a: (tagName, attribs) => ({ tagName, attribs: { ...named(attribs), ...target(attribs.href) } }),
      input: (_, attribs) => box(attribs),
      img: (_, attribs) => picture(attribs, links > 0, picturesElsewhere),
      pre: (tagName) => ({ tagName, attribs: { tabindex: '0' } }),
      div: (tagName, attribs) => ({
        tagName,
        attribs: /^(?:table|formula)$/.test(attribs.class ?? '')
          ? { class: attribs.class ?? '', tabindex: '0' }
          : omit(attribs, 'tabindex'),
      }),
      '*': (tagName, attribs) => ({ tagName, attribs: attribs.id ? { ...attribs, id: userId(attribs.id) } : attribs }),
    },
  });
}

/** An id that cannot be one of the page's own. */
export const userId = (id: string): string => (id.startsWith('user-content-') ? id : `user-content-${id}`);

type Attributes = Record<string, string>;

/** `href` and `rel` of a link: another site gets no referrer and no ranking. Parts of articles have their ids with our prefix. */
function target(href: string | undefined): Attributes {
  const where = href === undefined ? undefined : originOf(href);
  if (href === undefined || where === undefined) return { href: '', rel: '' };
  if (/^#./.test(href)) return { href: `#${userId(href.slice(1))}`, rel: '' };
  const part = where === 'here' && URL.parse(href, here)?.pathname.startsWith('/blog/posts/') ? href.indexOf('#') : -1;
  if (part > 0 && part < href.length - 1)
    return { href: `${href.slice(0, part)}#${userId(href.slice(part + 1))}`, rel: '' };
  return { href, rel: where === 'elsewhere' ? 'nofollow ugc noopener' : '' };
}

/** `<a name="…">`, as anchors were written before every element had an id. */
const named = (attribs: Attributes): Attributes =>
  attribs.name && !attribs.id ? { ...attribs, id: attribs.name } : attribs;

/** The box of a task that nobody can tick. Whatever else is an input goes afterwards: without its name the parser would wait for its end. */
function box({ type, checked }: Attributes): sanitizeHtml.Tag {
  if (type !== 'checkbox') return { tagName: 'input', attribs: {} };
  const done = checked !== undefined;
  const attribs = { type, disabled: '', ...(done && { checked: '' }), 'aria-label': done ? 'Done' : 'To do' };
  return { tagName: 'input', attribs };
}

function picture(
  { src = '', alt = '', title = '', width = '', height = '' }: Attributes,
  inLink: boolean,
  alsoElsewhere: boolean,
): sanitizeHtml.Tag {
  const where = src ? originOf(src) : undefined;
  if (where === 'here' || (where === 'elsewhere' && alsoElsewhere)) {
    const size = /^\d{1,4}$/.test(width) && /^\d{1,4}$/.test(height) ? { width, height } : {};
    return {
      tagName: 'img',
      attribs: { src, alt, ...(title && { title }), ...size, loading: 'lazy', decoding: 'async' },
    };
  }
  const text = alt || title || 'Picture';
  if (inLink || where !== 'elsewhere') return { tagName: 'span', attribs: { class: 'picture-elsewhere' }, text };
  return { tagName: 'a', attribs: { class: 'picture-elsewhere', href: src, rel: 'nofollow ugc noopener' }, text };
}

/** Where an address leads as a browser reads it (WHATWG URL, which drops tabs and line ends, and takes `\` for `/`); undefined where no link may. */
function originOf(address: string): 'here' | 'elsewhere' | 'mail' | undefined {
  const url = URL.parse(address, here);
  if (!url) return undefined;
  const { protocol, host } = url;
  if (protocol === 'mailto:') return 'mail';
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return host === 'here.invalid' ? 'here' : 'elsewhere';
}

const omit = (attribs: Attributes, name: string): Attributes =>
  Object.fromEntries(Object.entries(attribs).filter(([key]) => key !== name));
