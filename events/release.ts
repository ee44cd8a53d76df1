import { catalogue } from './catalogue.ts';
import { contractViolations, unreleased } from './contract-violations.ts';
import { readExamples } from './examples.ts';
import { jsonSchema } from './json-schema.ts';
import { readReleased, writeReleased } from './released.ts';

/** Declares the present contracts and examples released: from then on none of them may be changed in a way that breaks a consumer. */
const examples = readExamples();
const released = readReleased();
const broken = contractViolations(released, catalogue, examples);

if (broken.length > 0) {
  for (const breach of broken) console.error(breach);
  console.error('Not released: give the changed event a new version, and keep released examples as they are.');
  process.exitCode = 1;
} else {
  for (const news of unreleased(released, catalogue, examples))
    console.log(news.replace(' is not released', ' released'));
  writeReleased({
    examples: Object.fromEntries(examples.map(({ name, sha256 }) => [name, sha256])),
    schemas: Object.fromEntries(catalogue.map((contract) => [contract.type, jsonSchema(contract)])),
  });
}
