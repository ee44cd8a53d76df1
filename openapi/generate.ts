import { join } from 'node:path';
import { generateOrCheck } from '@dormouse/events/generate';
import { openApi } from './document.ts';
import { describedFunctions } from './functions.ts';

const functions = await describedFunctions();
const whole = openApi('Dormouse', functions);
const json = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

const documents = new Map([
  ['dormouse.json', json(whole)],
  ...functions.map((each): [string, string] => [`${each.name}.json`, json(openApi(`Dormouse: ${each.name}`, [each]))]),
]);
const name = 'docs/reference/openapi';
generateOrCheck(name, join(import.meta.dirname, '..', name), documents);
