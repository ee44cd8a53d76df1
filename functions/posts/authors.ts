import { callService } from '@dormouse/runtime/client';
import { AppError } from '@dormouse/runtime/errors';

export interface Author {
  id: number;
  username: string;
}

/** Finds an account by its user name. */
export type FindAuthor = (name: string) => Promise<Author | undefined>;

/** Asks auth. @throws AppError unavailable when it does not answer. */
export const authorsAt =
  (url: string, call: typeof callService = callService): FindAuthor =>
  async (name) => {
    const answer = await call(`${url}/api/users/${encodeURIComponent(name)}`);
    if (answer.status === 404 || answer.status === 422) return undefined;
    if (!answer.ok)
      throw new AppError('unavailable', 'Accounts cannot be looked up now.', {
        cause: new Error(`auth answered ${answer.status}`),
      });
    const { id, username } = (await answer.json()) as Author;
    return { id, username };
  };
