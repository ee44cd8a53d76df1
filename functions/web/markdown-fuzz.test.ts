import fc from 'fast-check';
import { type DefaultTreeAdapterMap, parse } from 'parse5';
import { expect, test } from 'vitest';
import { renderMarkdown } from './markdown.ts';
import { markdownDocument } from './markdown-document.fixture.ts';

type Parent = DefaultTreeAdapterMap['parentNode'];

/** `MARKDOWN_FUZZ_RUNS=10000 npx vitest run functions/web/markdown-fuzz.test.ts`; the figures are in docs/security/fuzz.md. */
const numRuns = Number(process.env.MARKDOWN_FUZZ_RUNS ?? 200);
const seed = Number(process.env.MARKDOWN_FUZZ_SEED ?? 20_261_128);

const allowed = new Set(
  'h1 h2 h3 h4 h5 h6 p br hr blockquote pre code em strong b i u s del ins sub sup mark small kbd samp var abbr cite q dfn time a img ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr th td figure figcaption details summary div span section article bdi bdo ruby rt rp wbr input'.split(
    ' ',
  ),
);
/** Elements of MathML, in its namespace only. */
const math = new Set(
  'math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom menclose msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd'.split(
    ' ',
  ),
);
const mathNamespace = 'http://www.w3.org/1998/Math/MathML';
const addresses = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'xlink:href',
  'data',
  'poster',
  'background',
  'cite',
]);
const unwanted = new Set(['style', 'srcdoc', 'srcset', 'is', 'slot', 'name', 'http-equiv']);
const schemes = new Set(['http:', 'https:', 'mailto:']);

/** What a browser would do with an article that an article must not do, as WHATWG's parser (parse5) reads the page. */
function escapes(article: string): string[] {
  const page = parse(
    `<!doctype html><html><head></head><body><div><article><div>${article}</div><p></p></article></div><hr></body></html>`,
  );
  const body = only(only(page, 'html'), 'body');
  const outer = only(body, 'div');
  const around = only(outer, 'article');
  const content = only(around, 'div');
  const names = [body, outer, around].map(({ childNodes }) => childNodes.map(({ nodeName }) => nodeName).join(' '));
  const found = names.join() === 'div hr,article,div p' ? [] : [`it ends an element around it: ${names.join()}`];
  visit(content, found);
  return found;
}

const only = ({ childNodes }: Parent, name: string): Parent =>
  childNodes.find(({ nodeName }) => nodeName === name) as Parent;

function visit({ childNodes }: Parent, found: string[]): void {
  for (const node of childNodes) {
    if (node.nodeName === '#text') continue;
    const known = 'namespaceURI' in node && node.namespaceURI === mathNamespace ? math : allowed;
    if (!known.has(node.nodeName)) found.push(`<${node.nodeName}>`);
    if (node.nodeName === 'input' && !isBox(node)) found.push('an input that is no box of a task');
    for (const { name, value } of 'attrs' in node ? node.attrs : []) {
      if (/^on/i.test(name) || unwanted.has(name)) found.push(name);
      if (addresses.has(name) && !schemes.has(URL.parse(value, 'https://here.test/')?.protocol ?? 'https:'))
        found.push(`${name}=${value}`);
    }
    if ('childNodes' in node) visit(node, found);
  }
}

const isBox = (node: DefaultTreeAdapterMap['childNode']): boolean =>
  'attrs' in node &&
  node.attrs.some(({ name, value }) => name === 'type' && value === 'checkbox') &&
  node.attrs.some(({ name }) => name === 'disabled');

/** Documents until the code is compiled. */
const warmUp = 50;

/** Processor time of a document, for docs/security/fuzz.md. */
function spread(milliseconds: readonly number[]): string {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))]?.toFixed(1);
  return `ms of CPU a document: p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, most ${at(1)}`;
}

test('what escapes is seen by this test', () => {
  for (const html of [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<a href="java\tscript:alert(1)">x</a>',
    '</div><p>x</p>',
    '</article>',
    '<table><div><table></table></div>x',
    '<ul><li><div><li>x</li></div></li></ul>',
    '<!-- x',
    '<svg></svg>',
    '<table><div>x',
    '<p style="color:red">x</p>',
    '<input>',
    '<input type="checkbox">',
    '<mi>x</mi>',
    '<math><mtext><img src="x" onerror="alert(1)"></mtext></math>',
    '<math><a href="javascript:alert(1)">x</a></math>',
    '<math href="javascript:alert(1)"><mi>x</mi></math>',
    '<math><annotation-xml encoding="text/html"><p>x</p></annotation-xml></math>',
    '<math><maction>x</maction></math>',
  ])
    expect([html, escapes(html).length > 0]).toEqual([html, true]);
});

test(`nothing of ${numRuns} documents runs, loads or leaves its place in the page (seed ${seed})`, async () => {
  const milliseconds: number[] = [];
  const safe = async (text: string) => {
    const before = process.cpuUsage();
    const { html } = await renderMarkdown(text);
    const { user, system } = process.cpuUsage(before);
    milliseconds.push((user + system) / 1000);
    expect(escapes(html)).toEqual([]);
  };
  await fc.assert(fc.asyncProperty(markdownDocument, safe), { numRuns, seed });
  expect(milliseconds.length).toBeGreaterThanOrEqual(numRuns);
  if (process.env.MARKDOWN_FUZZ_RUNS) console.log(spread(milliseconds.slice(warmUp)));
}, 600_000);
