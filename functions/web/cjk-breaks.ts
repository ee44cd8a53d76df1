import type { MarkdownIt, Token } from 'markdown-it';

/** Letters and punctuation of scripts that are written without blanks. Korean has blanks. */
const dense = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\u30fb-\u30ff\uff01-\uff9f]$/u;

/** A line that ends between two letters of Chinese or Japanese ends without a blank: a browser would show one. */
export function cjkBreaks(md: MarkdownIt): void {
  md.core.ruler.push('cjk-breaks', ({ tokens }) => {
    for (const { type, children } of tokens) if (type === 'inline' && children) joinLines(children);
  });
}

function joinLines(children: readonly Token[]): void {
  let before = '';
  let breaks: Token[] = [];
  for (const token of children) {
    if (token.type === 'softbreak') breaks.push(token);
    else if (token.type === 'hardbreak' || token.type === 'image') [before, breaks] = ['', []];
    else if (token.content !== '' && /^(?:text|code_inline)$/.test(token.type)) {
      const [after] = token.content;
      if (dense.test(before) && dense.test(after as string))
        for (const each of breaks) Object.assign(each, { type: 'text', content: '' });
      [before, breaks] = [lastOf(token.content), []];
    }
  }
}

/** The last code point of a text. */
const lastOf = (text: string): string => [...text.slice(-2)].at(-1) ?? '';
