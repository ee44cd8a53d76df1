import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authFixture, bearer } from './app.fixture.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase('auth');
});
afterAll(() => db?.drop());

test('log-ins, log-outs, passwords and accounts that change are logged, by numbers alone', async () => {
  const lines: { message: string; fields: Record<string, unknown> }[] = [];
  const note = (fields: Record<string, unknown>, message: string) => void lines.push({ fields, message });
  const log = { debug: note, info: note, warn: note, error: note, enabled: () => true };
  const { send } = authFixture(db.as('auth'), { log });
  const [username, email, password] = ['logged-person', 'logged@example.org', 'a long enough sentence'];
  const change = 'quite another sentence';
  const { id } = (await (await send('POST', '/api/register', { username, email, password })).json()) as { id: number };
  const logIn = async (secret: string) =>
    (await (await send('POST', '/api/login', { username, password: secret, refresh: 'body' })).json()) as {
      token: string;
      refresh_token: string;
    };

  const first = await logIn(password);
  await send('POST', '/api/logout', { refresh_token: first.refresh_token });
  const second = await logIn(password);
  await send('PATCH', '/api/me', { password: change, current_password: password }, bearer(second.token));
  const third = await logIn(change);
  await send('DELETE', '/api/me', { current_password: change }, bearer(third.token));

  const session = ({ refresh_token }: { refresh_token: string }) => refresh_token.split('.')[0];
  expect(lines).toEqual([
    { message: 'somebody registered in a blog that was never set up', fields: { user_id: id } },
    { message: 'somebody logged in', fields: { user_id: id, session: session(first) } },
    { message: 'somebody logged out', fields: { session: session(first) } },
    { message: 'somebody logged in', fields: { user_id: id, session: session(second) } },
    { message: 'a password was changed: all sessions are ended', fields: { user_id: id } },
    { message: 'somebody logged in', fields: { user_id: id, session: session(third) } },
    { message: 'an account was deleted by its owner', fields: { user_id: id } },
  ]);
});
