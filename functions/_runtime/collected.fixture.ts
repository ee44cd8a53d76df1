import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Resolves once what nobody holds is gone, for a WeakRef to tell. */
export async function collected(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
