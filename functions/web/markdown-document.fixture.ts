import { createRequire } from 'node:module';
import fc from 'fast-check';

const { tests: examples } = createRequire(import.meta.url)('commonmark-spec') as { tests: { markdown: string }[] };

const words = (text: string) => fc.constantFrom(...text.split(' '));
const languages = words('math mermaid js ts java c cpp html xml css json bash php perl ruby md none __proto__ "><img');
const addresses = fc.constantFrom(
  'javascript:alert(1)',
  'JaVa\tScRiPt:alert(1)',
  '&#106;avascript:alert(1)',
  'javascript&colon;alert(1)',
  '//evil.test/x',
  '/\\evil.test',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  '/ok',
  '#x',
  'https://a.test/?b=c&d',
  'mailto:a@b.c',
  '<b>',
  '"onload=x',
  '\u0001javascript:x',
);
const elements = words(
  'script style svg math img a p b div iframe textarea title noscript noembed noframes xmp plaintext table tr td th tbody caption select option template form input button body html head base link meta object embed applet frameset foreignObject mglyph malignmark mtext mi annotation-xml desc details summary video audio source canvas marquee isindex dialog slot li ul pre code br hr wbr x-y',
);
const attributes = words(
  'onerror onload onclick ontoggle onfocus src href style id class srcset srcdoc xlink:href formaction action name title alt rel background poster data autofocus is slot http-equiv content encoding definitionURL',
);
const quotes = words('" \' `').map((quote) => quote) as fc.Arbitrary<string>;
const breaking = fc.constantFrom(
  '<!--',
  '-->',
  '--!>',
  '<!',
  '<![CDATA[',
  ']]>',
  '<?',
  '?>',
  '</',
  '<',
  '>',
  '/>',
  '"',
  "'",
  '`',
  '=',
  '&lt;',
  '&#x3c;',
  '&#0;',
  '&',
  '\0',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\t',
  '\r',
  '\\',
  '\u202e',
);
const text = fc.oneof(
  { weight: 4, arbitrary: fc.lorem({ maxCount: 4 }) },
  fc.string({ unit: 'binary', maxLength: 12 }),
  breaking,
  addresses,
);

const tag = fc
  .tuple(
    elements,
    fc.array(fc.tuple(attributes, quotes, fc.oneof(addresses, breaking, text)), { maxLength: 3 }),
    fc.constantFrom('>', '/>', '', ' >', '\n>'),
  )
  .map(
    ([name, given, end]) =>
      `<${name}${given.map(([key, mark, value]) => ` ${key}=${mark}${value}${mark}`).join('')}${end}`,
  );
const closing = elements.map((name) => `</${name}>`);
const tex = fc
  .array(
    fc.oneof(
      text,
      tag,
      addresses.map((address) => `\\href{${address}}{x}\\url{${address}}\\includegraphics{${address}}`),
      addresses.map(
        (address) => `\\class{${address}}{x}\\id{${address}}{y}\\style{${address}}{z}\\data{a=${address}}{b}`,
      ),
      text.map((inner) => `\\text{${inner}}\\textcolor{${inner}}{x}\\tag{${inner}}\\label{${inner}}`),
      words(
        '\\frac{1}{2} x^2_i \\sqrt[3]{x} \\begin{matrix}a&b\\\\c&d\\end{matrix} \\def\\a{\\a\\a}\\a \\left( \\right) {{ }} & \\\\ \\unknown',
      ),
    ),
    { maxLength: 3 },
  )
  .map((parts) => parts.join(''));
const inline = fc.oneof(
  text,
  tag,
  closing,
  breaking,
  fc.tuple(text, addresses).map(([label, address]) => `[${label}](${address} "${label}")`),
  fc.tuple(text, addresses).map(([label, address]) => `![${label}](<${address}>)`),
  text.map((label) => `[${label}][a]`),
  addresses.map((address) => `<${address}>`),
  text.map((inner) => `**${inner}_*`),
  text.map((inner) => `\`${inner}\``),
  text.map((inner) => `~~${inner}~~`),
  addresses.map((address) => `https://a.test/${address}`),
  addresses.map((address) => `www.${address}`),
  fc.constantFrom(
    '[^1]',
    '[^a]',
    '[^"><img src=x onerror=alert(1)>]',
    ':tada:',
    ':"><b>:',
    'a@b.test',
    '[ ] ',
    '[x] ',
    '日本語。',
    '**「',
    '」**',
  ),
  tex.map((formula) => `$${formula}$`),
);
const line = fc.array(inline, { maxLength: 5 }).map((parts) => parts.join(''));
const block = fc.oneof(
  line,
  fc.tuple(fc.integer({ min: 1, max: 6 }), line).map(([level, title]) => `${'#'.repeat(level)} ${title}`),
  fc.tuple(languages, line, line).map(([language, one, other]) => `\`\`\`${language}\n${one}\n${other}\n\`\`\``),
  fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.map((each) => `> ${each}`).join('\n')),
  fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.map((each) => `- ${each}`).join('\n')),
  fc.tuple(line, line, line).map(([a, b, c]) => `| ${a} | ${b} |\n|:--|--:|\n| ${c} | x |`),
  addresses.map((address) => `[a]: ${address} "t"`),
  fc
    .tuple(
      words('NOTE tip WARNING faq "><b> constructor __proto__'),
      words('- +').map((fold) => fold),
      line,
      line,
    )
    .map(([kind, fold, title, inner]) => `> [!${kind}]${fold} ${title}\n> ${inner}`),
  line.map((note) => `[^1]: ${note}`),
  fc.tuple(line, line).map(([term, meaning]) => `${term}\n: ${meaning}`),
  fc.tuple(line, addresses).map(([title, id]) => `## ${title} {#${id}}`),
  fc
    .tuple(languages, line, line)
    .map(([name, title, code]) => `\`\`\`${name} title="${title}" {1,2-3}\n${code}\n\`\`\``),
  tex.map((formula) => `$$\n${formula}\n$$`),
  fc.constantFrom('[toc]', '- [ ] a\n- [x] b', 'https://youtu.be/abcdefgh', '<https://x.com/a/status/1>'),
  addresses.map((address) => `https://www.youtube.com/embed/${address}`),
  fc.constantFrom('---', '***', '    indented <b>', '~~~', '```', '<div>', '</div>', '<pre>', ''),
  fc.constantFrom(...examples.map(({ markdown }) => markdown)),
);

/** Whole documents: blocks of Markdown with markup that means harm in every place, some of them cut and put together again. */
export const markdownDocument: fc.Arbitrary<string> = fc
  .tuple(fc.array(block, { minLength: 1, maxLength: 8 }), fc.constantFrom('\n\n', '\n', ' '), fc.nat(400), fc.boolean())
  .map(([blocks, between, at, turned]) => {
    const whole = blocks.join(between);
    return turned ? whole.slice(at) + whole.slice(0, at) : whole;
  });
