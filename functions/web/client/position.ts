/** Where a position of `before` is in `after`: beside the same letters, as far as they are still there. */
export function movedPosition(position: number, before: string, after: string): number {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  if (position <= head) return position;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  if (position >= before.length - tail) return position + after.length - before.length;
  return Math.min(position, after.length - tail);
}
