import { outsideCode } from './code.ts';

/** A text as it is read: `\n` line ends, no mark of its encoding, no control characters that no text may have. */
export function sourceText(text: string): string {
  return withoutControls(text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'));
}

/** Without the control characters that no text may have. */
export function withoutControls(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '');
}

/** What the programs never show, each with its end; HTML's own comments too. */
const comments: readonly RegExp[] = [
  /<!--[\s\S]*?-->/g,
  /\{%-?\s*comment\b[^%]*%\}[\s\S]*?\{%-?\s*endcomment\s*-?%\}\n?/g,
  /\{%-?\s*#[\s\S]*?%\}/g,
  /\{::comment\b[^{}]*\}[\s\S]*?\{:\/(?:comment)?\}\n?/g,
  /\{#[-\s](?:(?!\{#)[\s\S])*?#\}|\{#[^{}\n]*#\}/g,
  /\{\{[<%]\s*comment\b[^>]*?[>%]\}\}[\s\S]*?\{\{[<%]\s*\/\s*comment\s*[>%]\}\}/g,
  /\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}/g,
  /\{\{!--[\s\S]*?--\}\}/g,
  /\{\/\*[\s\S]*?\*\/\}/g,
  /<%#[\s\S]*?%>/g,
  /(?<![\w%])%%(?!\w*%\w)(?:(?!%%)[\s\S])*?%%/g,
  /^\[(?:\/\/|comment|#)\]:[ \t]*(?:#|<>)[ \t]*["'(].*$\n?/gim,
];

const beginnings = /<!--|\{::comment\b[^{}/]*\}|\{%-?\s*comment\b|\{\{[<%]\s*comment\b|\{\{-?\s*\/\*|\{\{!--|\{\/\*/;

/**
 * A text without the comments of any template language, which no reader was ever shown; what stands in code stays. `open` says that
 * one does not end.
 */
export function withoutComments(markdown: string): { text: string; open: boolean } {
  let open = false;
  const text = outsideCode(markdown, (visible) => {
    const shown = comments.reduce((all, comment) => all.replace(comment, ''), visible);
    open = beginnings.test(shown);
    return shown;
  });
  return { text, open };
}
