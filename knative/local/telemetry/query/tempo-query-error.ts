/** A query that is not understood. */
export class TempoQueryError extends Error {
  override name = 'TempoQueryError';
}
