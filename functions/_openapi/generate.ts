import { join } from 'node:path';
import { generateOrCheck } from '@dormouse/events/generate';
import { openApi } from './document.ts';
import { describedFunctions } from './functions.ts';
import { referencePage } from './reference-page.ts';

const functions = await describedFunctions();
const whole = openApi('Dormouse', functions);
const json = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

const documents = new Map([
  ['dormouse.json', json(whole)],
  ...functions.map((each): [string, string] => [`${each.name}.json`, json(openApi(`Dormouse: ${each.name}`, [each]))]),
]);
const name = 'docs/reference/openapi';
generateOrCheck(name, join(import.meta.dirname, '../..', name), documents);

/** What web shows and hands out. */
const page = `export const reference = ${JSON.stringify(referencePage(whole))};
export const document = ${JSON.stringify(JSON.stringify(whole))};
`;
const folder = 'functions/web/generated';
generateOrCheck(folder, join(import.meta.dirname, '../..', folder), new Map([['api-reference.ts', page]]));
