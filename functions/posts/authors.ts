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
    const response = await call(`${url}/api/users/${encodeURIComponent(name)}`);
    if (response.status === 404 || response.status === 422) return undefined;
    if (!response.ok)
      throw new AppError('unavailable', 'Accounts cannot be looked up now.', {
        cause: new Error(`auth answered ${response.status}`),
      });
    const { id, username } = (await response.json()) as Author;
    return { id, username };
  };
