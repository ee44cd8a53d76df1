import { argument, wholeNumber } from '../../parameters.ts';

/** Numbers of comments. */
export const commentNumbers = {
  kind: 'array',
  parameter: argument('NUMBER', 'Number of a comment', wholeNumber(1)),
  minimum: 1,
  maximum: 1000,
} as const;
