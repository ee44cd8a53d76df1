/** Replaces a part of a text as if it were typed, so that it can be undone where the browser lets it. The text must have the focus. */
export function replaceText(text: HTMLTextAreaElement, from: number, to: number, insert: string): void {
  text.setSelectionRange(from, to);
  const isTyped =
    document.activeElement === text &&
    (insert === '' ? from === to || document.execCommand('delete') : document.execCommand('insertText', false, insert));
  if (isTyped) return;
  text.setRangeText(insert, from, to, 'end');
  text.dispatchEvent(new Event('input', { bubbles: true }));
}
