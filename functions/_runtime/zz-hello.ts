import { newApp } from './app.ts';
import { serve } from './serve.ts';

await serve('hello', () => newApp().get('/x', (c) => c.json({ ok: true })));
