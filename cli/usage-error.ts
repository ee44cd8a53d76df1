import { CommandError } from './command-error.ts';

/** The command line makes no sense: an unknown option, a missing argument, a wrong value. One line; exit code 2. */
export class UsageError extends CommandError {
  override name = 'UsageError';
}
