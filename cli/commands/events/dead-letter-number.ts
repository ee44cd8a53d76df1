/** The number of a dead letter. @throws Error with the reason, for the parser of arguments */
export function deadLetterNumber(input: string): number {
  if (!/^[1-9]\d{0,14}$/.test(input)) throw new Error('not the number of a dead letter');
  return Number(input);
}
