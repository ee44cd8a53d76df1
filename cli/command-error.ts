/** A command cannot do what it was asked to do, and says why in one line; exit code 1. */
export class CommandError extends Error {
  override name = 'CommandError';
}
