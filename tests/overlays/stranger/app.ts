import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const events: string[] = [];
let together = 0;

const app = new Hono()
  .get('/stranger', async (c) => {
    const now = ++together;
    await new Promise((resolve) => setTimeout(resolve, Number(c.req.query('wait') ?? 0)));
    together--;
    const { K_SERVICE: service, K_REVISION: revision } = process.env;
    return c.json({ version: 'one', service, revision, pid: process.pid, together: now, events });
  })
  .post('/events', (c) => {
    events.push(c.req.header('ce-id') ?? '');
    return c.body(null, 204);
  });

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT) });
process.on('SIGTERM', () => server.close(() => process.exit(0)));
