import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readSettings } from '@dormouse/local/command-line';
import { run } from '@dormouse/local/run';
import { parsePublicUrl } from '@dormouse/runtime/public-url';
import { type Disk, faultyStores } from './faulty-store.ts';
import { forgetful } from './forgetful.ts';
import { lossesIn } from './losses.ts';
import { lossy } from './lossy.ts';
import { random } from './random.ts';

/** The platform as `npm start` runs it, on a disk that its parent may break and, where wanted, with a Broker that loses; it ends with its parent. */
const root = resolve(import.meta.dirname, '../..');
const disk: Disk = { state: 'well', delayMs: 0 };
process.on('message', (message: Partial<Disk>) => void Object.assign(disk, message));
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
const { values } = parseArgs({
  options: { overlay: { type: 'string' }, watch: { type: 'boolean' }, 'lossy-seed': { type: 'string' } },
  allowNegative: true,
});
const { 'lossy-seed': seed, ...flags } = values;
const settings = readSettings(flags, process.env, root, parsePublicUrl);
const lossyBroker = (seed: number) => {
  const { note } = lossesIn(settings.home);
  return {
    accepting: lossy({ random: random(seed), note }),
    delivering: forgetful({ random: random(seed + 1), note }),
  };
};
await run(settings, root, {
  stores: faultyStores(disk),
  ...(seed !== undefined && lossyBroker(Number(seed))),
});
