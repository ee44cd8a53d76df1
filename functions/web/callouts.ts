import type { MarkdownIt, StateCore, Token } from 'markdown-it';
import { languageOf } from './language.ts';

type Style = 'note' | 'tip' | 'important' | 'warning' | 'caution';

/** Kinds by what GitHub and Obsidian call them. */
const styles: Readonly<Record<string, Style>> = {
  note: 'note',
  info: 'note',
  todo: 'note',
  abstract: 'note',
  summary: 'note',
  tldr: 'note',
  example: 'note',
  quote: 'note',
  cite: 'note',
  question: 'note',
  help: 'note',
  faq: 'note',
  tip: 'tip',
  hint: 'tip',
  success: 'tip',
  check: 'tip',
  done: 'tip',
  important: 'important',
  warning: 'warning',
  attention: 'warning',
  caution: 'caution',
  danger: 'caution',
  error: 'caution',
  failure: 'caution',
  fail: 'caution',
  missing: 'caution',
  bug: 'caution',
};

/** What a callout without a title is called in a Korean text. */
const koreanTitles: Readonly<Record<string, string>> = {
  note: '참고',
  info: '정보',
  todo: '할 일',
  abstract: '개요',
  summary: '요약',
  tldr: '요약',
  example: '예시',
  quote: '인용',
  cite: '인용',
  question: '질문',
  help: '도움말',
  faq: '자주 묻는 질문',
  tip: '팁',
  hint: '힌트',
  success: '성공',
  check: '확인',
  done: '완료',
  important: '중요',
  warning: '경고',
  attention: '주의',
  caution: '주의',
  danger: '위험',
  error: '오류',
  failure: '실패',
  fail: '실패',
  missing: '누락',
  bug: '버그',
};

interface Callout {
  style: Style;
  tag: 'div' | 'details';
  /** Unfolded from the beginning. */
  open: boolean;
  title: string;
  /** What stands below the title in its paragraph. */
  rest: string;
}

/**
 * Quotations that begin with `[!NOTE]` as alerts of GitHub, with a title of their own (`[!tip] Title`) and foldable (`[!faq]- Title`)
 * as callouts of Obsidian. Of kinds that nobody knows they stay quotations.
 */
export function callouts(md: MarkdownIt): void {
  md.core.ruler.after('block', 'callouts', (state) => {
    const made: Token[] = [];
    const around: (Callout | undefined)[] = [];
    for (let at = 0; at < state.tokens.length; at++) {
      const token = state.tokens[at] as Token;
      made.push(token);
      if (token.type === 'blockquote_close') closeCallout(token, around.pop());
      if (token.type !== 'blockquote_open') continue;
      const inline = state.tokens[at + 1]?.type === 'paragraph_open' ? (state.tokens[at + 2] as Token) : undefined;
      const callout = inline && calloutOf(inline.content, state.src);
      around.push(callout);
      if (!callout || !inline) continue;
      openCallout(token, callout);
      made.push(...titleOf(callout, inline, state));
      inline.content = callout.rest;
      if (callout.rest === '') at += 3;
    }
    state.tokens = made;
  });
}

function calloutOf(paragraph: string, text: string): Callout | undefined {
  const [marker, kind, fold, given = ''] = /^\[!([a-z]+)\]([+-]?)(?:[ \t]+([^\n]*))?(?:\n|$)/i.exec(paragraph) ?? [];
  const name = kind?.toLowerCase() ?? '';
  if (marker === undefined || !Object.hasOwn(styles, name)) return undefined;
  return {
    style: styles[name] as Style,
    tag: fold ? 'details' : 'div',
    open: fold === '+',
    title: given.trim() || titleIn(text, name),
    rest: paragraph.slice(marker.length).trim(),
  };
}

/** In the language of the text, so that all blogs and feeds show it alike. */
const titleIn = (text: string, name: string): string =>
  (languageOf(text) === 'ko' ? koreanTitles[name] : undefined) ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

function openCallout(token: Token, { tag, style, open }: Callout): void {
  token.type = 'callout_open';
  token.tag = tag;
  token.attrSet('class', `callout callout-${style}`);
  if (open) token.attrSet('open', '');
}

function closeCallout(token: Token, callout: Callout | undefined): void {
  if (!callout) return;
  token.type = 'callout_close';
  token.tag = callout.tag;
}

function titleOf({ tag, title }: Callout, paragraph: Token, { Token: Made }: StateCore): Token[] {
  const name = tag === 'details' ? 'summary' : 'p';
  const [opening, inline, closing] = [
    new Made('title_open', name, 1),
    new Made('inline', '', 0),
    new Made('title_close', name, -1),
  ];
  opening.block = closing.block = true;
  opening.attrSet('class', 'callout-title');
  Object.assign(inline, { content: title, children: [], map: paragraph.map, level: paragraph.level, block: true });
  return [opening, inline, closing];
}
