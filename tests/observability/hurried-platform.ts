import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readSettings } from '@dormouse/local/command-line';
import { run } from '@dormouse/local/run';
import { parsePublicUrl } from '@dormouse/runtime/public-url';

/** The platform as `npm start` runs it, with rules of its parent that are evaluated every second; it ends with its parent. */
const root = resolve(import.meta.dirname, '../..');
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
const { values } = parseArgs({
  options: { overlay: { type: 'string' }, rules: { type: 'string' }, policy: { type: 'string' } },
});
const { rules = '', policy = '', ...flags } = values;
const settings = readSettings(flags, process.env, root, parsePublicUrl);
await run(settings, root, { evaluateMs: 1_000, rules, alertPolicy: policy });
