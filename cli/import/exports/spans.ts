/**
 * A text in which what reaches from an opening to its end is replaced, each as a whole. The time it takes grows with the text: an end that is
 * nowhere to be found is looked for once, not from each opening that stands before it, as a regular expression would.
 * @param opening as a regular expression without flags; case makes no difference
 * @param endOf how what was opened ends, as the source of a regular expression
 * @example withSpans('a <b>c</b>', /<b>/, () => '</b>', () => '') // 'a '
 */
export function withSpans(
  text: string,
  opening: RegExp,
  endOf: (opened: RegExpExecArray) => string,
  replace: (whole: string) => string,
): string {
  const endless = new Set<string>();
  const openings = new RegExp(opening, 'gi');
  const parts: string[] = [];
  let at = 0;
  for (let opened = openings.exec(text); opened; opened = openings.exec(text)) {
    const end = endOf(opened);
    if (endless.has(end)) continue;
    const closing = new RegExp(end, 'gi');
    closing.lastIndex = openings.lastIndex;
    if (!closing.test(text)) {
      endless.add(end);
      continue;
    }
    parts.push(text.slice(at, opened.index), replace(text.slice(opened.index, closing.lastIndex)));
    at = openings.lastIndex = closing.lastIndex;
  }
  return parts.join('') + text.slice(at);
}
