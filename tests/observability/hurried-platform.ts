import { parseArgs } from 'node:util';
import { runWithParent } from '../run-with-parent.ts';

/** The platform as `npm start` runs it, with rules of its parent that are evaluated every second. */
const { values } = parseArgs({
  options: { overlay: { type: 'string' }, rules: { type: 'string' }, policy: { type: 'string' } },
});
const { rules = '', policy = '', ...given } = values;
await runWithParent(given, () => ({ evaluateMs: 1_000, rules, alertPolicy: policy }));
