// `npm run joints`: says what does not fit together, a line for each gap.
import { join } from 'node:path';
import { findGaps } from './find-gaps.ts';

const gaps = await findGaps(join(import.meta.dirname, '../..'));
for (const gap of gaps) console.log(gap);
console.error(gaps.length === 0 ? 'everything fits together' : `${gaps.length} ${gaps.length === 1 ? 'gap' : 'gaps'}`);
process.exitCode = gaps.length === 0 ? 0 : 1;
