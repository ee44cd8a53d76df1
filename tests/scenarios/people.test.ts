import { expect, it } from 'vitest';
import { describeOn, everyTarget } from '../describe-on.ts';

describeOn(everyTarget, 'people of the blog', (target) => {
  it('are invited with a role, and lose their access everywhere within seconds', async () => {
    const { blog, administrator, eventually } = target();
    const editor = await blog.register();
    const changed = await administrator('PATCH', `/api/users/${editor.name}`, { body: { role: 'editor' } });
    expect(changed.status).toBe(200);
    const invited = await editor.call<{ code: string }>('POST', '/api/invitations', { body: { role: 'author' } });
    expect(invited.status).toBe(201);
    expect((await editor.call('POST', '/api/invitations', { body: { role: 'admin' } })).status).toBe(403);

    const invitation = invited.body.code;
    const page = await blog.call<string>('GET', `/blog/join?code=${invitation}`, { headers: { accept: 'text/html' } });
    expect([page.status, page.body.includes('invites you')]).toEqual([200, true]);
    const joined = await blog.register(undefined, invitation);
    await joined.write({ title: 'Invited' });
    expect((await blog.call('POST', '/api/invitations/lookup', { body: { code: invitation } })).status).toBe(404);

    const body = { suspended: true };
    expect((await administrator('PATCH', `/api/users/${joined.name}`, { body })).status).toBe(200);
    const post = { title: 'After', content: 'x', category_name: 'General' };
    const write = async () => (await joined.call('POST', '/blog/api/posts', { body: post })).status;
    expect(await eventually(write, (status) => status !== 201, 30)).toBe(401);
  });
});
