import { failField } from '@dormouse/runtime/errors';

/** @throws AppError invalid for a password that is known or says what its owner is called */
export async function rejectWeakPassword(
  password: string,
  { username, email }: { username: string; email?: string | undefined },
): Promise<void> {
  const { weakPassword } = await import('./weak-password.ts');
  const reason = weakPassword(password, { username, ...(email !== undefined && { email }) });
  if (reason) failField('password', reason);
}
