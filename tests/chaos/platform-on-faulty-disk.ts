import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readSettings } from '@dormouse/local/command-line';
import { run } from '@dormouse/local/run';
import { parsePublicUrl } from '@dormouse/runtime/public-url';
import { type Disk, faultyStores } from './faulty-store.ts';

/** The platform as `npm start` runs it, on a disk that its parent may break; it ends with its parent. */
const root = resolve(import.meta.dirname, '../..');
const disk: Disk = { state: 'well', delayMs: 0 };
process.on('message', (message: Partial<Disk>) => void Object.assign(disk, message));
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
const { values } = parseArgs({
  options: { overlay: { type: 'string' }, watch: { type: 'boolean' } },
  allowNegative: true,
});
await run(readSettings(values, process.env, root, parsePublicUrl), root, { stores: faultyStores(disk) });
