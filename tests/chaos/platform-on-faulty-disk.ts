import { parseArgs } from 'node:util';
import { runWithParent } from '../run-with-parent.ts';
import { type Disk, faultyStores } from './faulty-store.ts';
import { forgetful } from './forgetful.ts';
import { lossesIn } from './losses.ts';
import { lossy } from './lossy.ts';
import { random } from './random.ts';

/** The platform as `npm start` runs it, on a disk that its parent may break and, where wanted, with a Broker that loses. */
const disk: Disk = { state: 'well', delayMs: 0 };
process.on('message', (message: Partial<Disk>) => void Object.assign(disk, message));
const { values } = parseArgs({
  options: { overlay: { type: 'string' }, watch: { type: 'boolean' }, 'lossy-seed': { type: 'string' } },
  allowNegative: true,
});
const { 'lossy-seed': seed, ...given } = values;
const lossyBroker = (home: string, seed: number) => {
  const { note } = lossesIn(home);
  return {
    accepting: lossy({ random: random(seed), note }),
    delivering: forgetful({ random: random(seed + 1), note }),
  };
};
await runWithParent(given, ({ home }) => ({
  stores: faultyStores(disk),
  ...(seed !== undefined && lossyBroker(home, Number(seed))),
}));
