/** As long as a post may be. */
const characters = 100_000;

const many = (unit: string): string => unit.repeat(Math.floor(characters / unit.length));
const nested = (open: string, middle: string, close: string): string => {
  const times = Math.floor((characters - middle.length) / (open.length + close.length));
  return open.repeat(times) + middle + close.repeat(times);
};
const rows = (count: number, row: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => row(i)).join('');
const fenced = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\`\n`;
const code = (language: string, unit: string, length = 29_900): string =>
  fenced(language, unit.repeat(Math.floor(length / unit.length)));

/** Texts that took somebody's renderer, or an earlier one of ours, more than linear time or memory: where from, what, text. */
export const pathological: readonly (readonly [string, string, string])[] = [
  // cmark, test/pathological_tests.py, and what markdown-it ported of it
  ['cmark', 'nested strong emphasis', nested('*a **a ', 'b', ' a** a*')],
  ['cmark', 'closers of emphasis without openers', many('a_ ')],
  ['cmark', 'openers of emphasis without closers', many('_a ')],
  ['cmark', 'closers of links without openers', many('a]')],
  ['cmark', 'openers of links without closers', many('[a')],
  ['cmark', 'mismatched openers and closers', many('*a_ ')],
  ['cmark', 'openers and closers, multiples of 3', `a**b${many('c* ')}`],
  ['cmark', 'openers of links, closers of emphasis', many('[ a_')],
  ['cmark', 'nested brackets', nested('[', 'a', ']')],
  ['cmark', 'nested quotations', `${many('> ')}a`],
  ['cmark', 'deeply nested lists', rows(440, (depth) => `${'  '.repeat(depth)}* a\n`)],
  ['cmark', 'backticks of every length', rows(440, (length) => `e${'`'.repeat(length)}`)],
  ['cmark', 'unclosed links with an angle', many('[a](<b')],
  ['cmark', 'unclosed links', many('[a](b')],
  ['cmark', 'many definitions', rows(7_000, (index) => `[${index}]: u\n`) + '[0] '.repeat(5_000)],
  ['cmark 299', 'unclosed CDATA', many('a <![CDATA[')],
  ['cmark 379', 'unclosed instructions', `a${many('<?')}`],
  ['cmark 379', 'unclosed declarations', `a${many('<!D ')}`],
  ['cmark 389', 'emphasis within emphasis', '*a '.repeat(16_000) + '_a*_ '.repeat(10_000)],
  ['cmark', 'nested inlines', nested('*', 'a', '*')],
  ['cmark', 'unclosed comments', `</${many('<!--')}`],
  ['cmark', 'one long label for many', `[a]: /${'u'.repeat(40_000)}\n\n${'[a]'.repeat(19_000)}`],
  // commonmark.js
  ['commonmark.js 129', 'one definition again and again', many('[a]: u\n')],
  ['commonmark.js 157', 'backslashes in a label', `[${many('\\')}`],
  ['commonmark.js', 'bracket and parenthesis', many('[](')],
  // markdown-it
  ['markdown-it 732', 'empty links within links', many('[](')],
  ['markdown-it 733', 'escaped backticks', many('\\``')],
  ['markdown-it 734', 'two parentheses', many('[]((')],
  ['markdown-it 735', 'three kinds of runs', many('**_* ')],
  ['markdown-it 736', 'backticks and backslashes', many('``\\')],
  ['markdown-it 737', 'angles', `${many('<')}>`],
  ['markdown-it', 'pictures in links', many('![[]()')],
  ['markdown-it', 'links with a blank', many('[ (](')],
  ['markdown-it', 'spaces before a hard break', `x${' '.repeat(99_000)}x  \nx`],
  ['markdown-it 1208', 'mismatched quotes', `${'"a '.repeat(16_000)}${"b' ".repeat(16_000)}`],
  // md4c
  ['md4c 57', 'empty angles', many('<>')],
  ['md4c 66', 'lists in a line', `${many('* ')}a`],
  ['md4c 236', 'links over lines', many('](['.concat('\n'))],
  // highlight.js 4529, 4362, 2664, and every position of a word tried again
  ['highlight.js 4362', 'words in C', code('c', 'a ')],
  ['highlight.js 4362', 'words in C++', code('cpp', 'a ')],
  ['highlight.js 4529', 'quotes in C#', code('csharp', '"""" ')],
  ['highlight.js 4529', 'generics in C#', code('csharp', 'a<b> ')],
  ['highlight.js 4529', 'a regular expression in Perl', code('perl', 'm/a')],
  ['highlight.js 4529', 'dollars in Perl', code('perl', '$')],
  ['highlight.js 4529', 'brackets in PowerShell', code('powershell', '[a')],
  ['highlight.js 4529', 'words in JSON', code('json', '"a')],
  ['highlight.js 2664', 'slashes in JavaScript', code('javascript', '/')],
  ['highlight.js', 'angles in TypeScript', code('typescript', '<a ')],
  ['highlight.js', 'one word in CSS', fenced('css', `{${'a'.repeat(29_000)}`)],
  ['ours', 'dollars in Java', code('java', '$', 20_000)],
  ['ours', 'blank lines in Java', code('java', '\n')],
  ['ours', 'one word in Kotlin', code('kotlin', 'a')],
  ['ours', 'one word in Swift', code('swift', 'a')],
  ['ours', 'spaces in Haskell', code('haskell', ' ')],
  ['ours', 'one word in Scala', code('scala', 'a')],
  ['ours', 'dollars in PHP', code('php', '$a->')],
  ['ours', 'very many blocks', many(fenced('js', 'a'))],
  [
    'ours',
    'blocks in every language',
    [
      'bash',
      'c',
      'cpp',
      'css',
      'diff',
      'go',
      'http',
      'ini',
      'java',
      'js',
      'json',
      'lua',
      'md',
      'php',
      'py',
      'rb',
      'rs',
      'sql',
      'ts',
      'xml',
    ]
      .map((name) => code(name, 'a("b") + 1; ', 2_400))
      .join(''),
  ],
  // Raw HTML
  ['ours', 'frames without an end', `<div>\n${'<iframe src=https://a.test/ '.repeat(600)}`],
  ['ours', 'frames', `<div>\n${'<iframe src=https://a.test/x></iframe>'.repeat(2_600)}`],
  ['ours', 'frames with spaces', `<div>\n${many('<iframe \t \t src=')}`],
  ['ours', 'frames and white space', `<div>\n<iframe${' '.repeat(50_000)}>${'</iframe '.repeat(5_000)}`],
  ['ours', 'open elements', many('<b>')],
  ['ours', 'open elements and others closed', '<b>'.repeat(16_000) + '</i>'.repeat(12_000)],
  ['ours', 'attributes', `<div ${'a '.repeat(49_000)}>`],
  ['ours', 'classes', `<span class="${'hljs-a '.repeat(14_000)}">x</span>`],
  ['ours', 'tags that never end', many('<a href="')],
  ['ours', 'noscript in paragraphs', `<div>\n${many('<noscript><p>')}`],
  ['ours', 'entities', many('&#x0;&lt')],
  ['ours', 'pictures from elsewhere', many('![](//a.b/c)')],
  // Addresses without marks
  ['ours', 'addresses', many('http://a.b ')],
  ['ours', 'addresses with brackets', many('http://a.b/((((')],
  ['ours', 'addresses that go on', `http://${many('a.')}`],
  ['ours', 'paths that go on', `http://a.b/${many('a)')}`],
  ['ours', 'schemes and slashes', many('http://')],
  ['ours', 'www and hyphens', many('www.a-')],
  ['ours', 'e-mail addresses', many('a@b.c ')],
  ['ours', 'at signs', many('@')],
  ['ours', 'domains without an end', `a@${many('a.')}`],
  // Chinese, Japanese, Korean
  ['ours', 'bold text between letters', many('**「あ」**い')],
  ['ours', 'lines of letters', many('あ\n')],
  ['ours', 'lines of elements', many('<b>\n')],
  // Footnotes
  ['ours', 'one footnote again and again', `[^a]: b\n\n${'[^a]'.repeat(24_000)}`],
  ['ours', 'footnotes', `${rows(6_000, (index) => `[^${index}] `)}\n\n${rows(3_000, (index) => `[^${index}]: a\n\n`)}`],
  ['ours', 'definitions of footnotes', many('[^a]: ')],
  ['ours', 'labels without an end', many('[^')],
  ['ours', 'footnotes within their text', many('^[')],
  ['ours', 'a footnote that tells of itself', `[^a]: [^a]\n\n${many('[^a] ')}`],
  // Definitions, callouts, tasks, contents
  ['ours', 'terms', many('a\n: b\n')],
  ['ours', 'definitions within definitions', rows(300, (depth) => `${'  '.repeat(depth)}a\n${'  '.repeat(depth)}: `)],
  ['ours', 'callouts within callouts', rows(90, (depth) => `${'> '.repeat(depth + 1)}[!NOTE]\n`)],
  ['ours', 'callouts in a line', `${many('> [!NOTE] ')}a`],
  ['ours', 'a table of many contents', `[toc]\n\n${'# a\n'.repeat(20_000)}`],
  ['ours', 'braces behind a heading', `# ${many('{#a ')}}`],
  ['ours', 'ids that are taken', rows(4_000, (index) => `# a-${index}\n`) + '# a\n'.repeat(4_000)],
  ['ours', 'marked lines', `\`\`\`js {1-9999}\n${'let a = `\n'.repeat(3_000)}\`\`\``],
  ['ours', 'shortcodes', many(':tada:')],
  // Formulas
  ['ours', 'formulas', many('$a$ ')],
  ['ours', 'openers of formulas', many('$a ')],
  ['ours', 'blocks of formulas', many('$$\na\n$$\n')],
  ['ours', 'openers of blocks of formulas', many('$$\n')],
  ['ours', 'roots in a formula', `$${'\\sqrt{'.repeat(3_000)}a${'}'.repeat(3_000)}$`],
  ['ours', 'scripts in a formula', `$${'a^{b_{'.repeat(3_000)}c${'}}'.repeat(3_000)}$`],
  ['ours', 'scripts without an end', `$${'a^'.repeat(14_000)}$`],
  ['ours', 'parentheses in a formula', `$${'\\left('.repeat(3_000)}a${'\\right)'.repeat(2_000)}$`],
  ['ours', 'matrices', `$$\n${'\\begin{matrix}'.repeat(1_000)}a${'\\end{matrix}'.repeat(1_000)}\n$$`],
  ['ours', 'cells of a matrix', `$$\n\\begin{matrix}${'a&'.repeat(12_000)}\\end{matrix}\n$$`],
  ['ours', 'choices', `$${'\\mathchoice{'.repeat(500)}a${'}{}{}{}'.repeat(500)}$`],
  ['ours', 'definitions of TeX', `$\\def\\a{\\b\\b}\\def\\b{\\c\\c}\\a$ ${many('$\\def\\a{\\a\\a}\\a$ ')}`],
  // Blocks
  ['ours', 'a table of empty cells', `|${'a|'.repeat(500)}\n|${'-|'.repeat(500)}\n${'|x\n'.repeat(500)}`],
  ['ours', 'rows of a table', `|a|b|\n|-|-|\n${'|x|y|\n'.repeat(16_000)}`],
  ['ours', 'headings of one text', many('# a\n')],
  ['ours', 'lists within quotations', rows(300, (depth) => `${'> - '.repeat(depth % 80)}a\n`)],
];
