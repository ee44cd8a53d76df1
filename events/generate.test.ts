import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { asyncApi } from './asyncapi.ts';
import { catalogue } from './catalogue.ts';
import { documents } from './documents.ts';
import { readExamples } from './examples.ts';
import { generate, outdated } from './generate.ts';

const events = readExamples().map(({ event }) => event);
const wanted = documents(catalogue, events);

describe('generated documents', () => {
  it('are committed as they would be generated now (otherwise: npm run generate)', () => {
    expect(outdated(join(import.meta.dirname, 'generated'), wanted)).toEqual([]);
  });

  it('hold an EventType for each contract, with a name that Kubernetes accepts', () => {
    const types = parseAllDocuments(wanted.get('eventtypes.yaml')!).map((document) => document.toJS());
    expect(types.map(({ spec }) => spec.type)).toEqual(catalogue.map(({ type }) => type));
    for (const { metadata, spec } of types) {
      expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      expect(wanted.has(`schemas/${spec.schema.split('/').at(-1)}`)).toBe(true);
    }
  });

  it('hold an AsyncAPI document that the reference parser accepts without a remark on errors or warnings', async () => {
    const { document, diagnostics } = await new Parser().parse(wanted.get('asyncapi.yaml')!);
    expect(diagnostics.filter(({ severity }) => severity < 2)).toEqual([]);
    expect(document?.version()).toBe('3.0.0');
    expect(
      document
        ?.allMessages()
        .all()
        .map((message) => message.name())
        .sort(),
    ).toEqual(catalogue.map(({ type }) => type).sort());
    expect(document?.operations().all().length).toBe(catalogue.length);
  });

  it('would not pass that parser with an operation that sends what its channel does not carry', async () => {
    const document = asyncApi(catalogue, events);
    delete document.channels.broker.messages['post.created.v1'];
    const { diagnostics } = await new Parser().parse(stringify(document, { aliasDuplicateObjects: false }));
    expect(diagnostics.filter(({ severity }) => severity === 0)).not.toEqual([]);
  });
});

describe('generating', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'dormouse-generate-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes what is missing or different, removes what nothing generates, and names all of it', () => {
    const documents = new Map([
      ['a/one.json', '1\n'],
      ['two.yaml', '2\n'],
    ]);
    expect(outdated(folder, documents)).toEqual(['a/one.json', 'two.yaml']);
    expect(generate(folder, documents)).toEqual(['a/one.json', 'two.yaml']);
    expect(generate(folder, documents)).toEqual([]);
    writeFileSync(join(folder, 'two.yaml'), 'other\n');
    writeFileSync(join(folder, 'left-over.json'), '{}');
    expect(outdated(folder, documents)).toEqual(['left-over.json', 'two.yaml']);
    generate(folder, documents);
    expect(outdated(folder, documents)).toEqual([]);
    expect(readFileSync(join(folder, 'two.yaml'), 'utf8')).toBe('2\n');
  });
});
