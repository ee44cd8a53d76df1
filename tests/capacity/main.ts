import { inputsFile, readInputs } from './inputs.ts';
import { tables } from './tables.ts';

/** `node tests/capacity/main.ts [FILE]`: the tables of docs/operations, of a file like capacity.yaml. */
for (const [name, table] of Object.entries(tables(readInputs(process.argv[2] ?? inputsFile))))
  console.log(`${name}\n\n${table}\n`);
