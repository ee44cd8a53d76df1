import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBuilt, writeBuilt } from './built-images.ts';
import { provenanceOf } from './provenance.ts';
import { publish } from './publish.ts';
import type { Run } from './push.ts';
import { verify } from './verify.ts';
import { workflow } from './workflow.fixture.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const image = { name: 'r.example:5000/d/posts:7', digest, file: 'dist/images/posts-7.tar' };
const subject = `r.example:5000/d/posts@${digest}`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'publish-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What `publish` runs, each as one line, where the registry answers with `pushed`; and the predicate of SLSA. */
function commandsOf(pushed: string, options: { key?: string; plainHttp?: boolean; provenance?: undefined } = {}) {
  const commands: string[] = [];
  let predicate: unknown;
  const run: Run = (program, ...args) => {
    commands.push([program, ...args].join(' '));
    if (program === 'skopeo') writeFileSync(args[args.indexOf('--digestfile') + 1]!, `${pushed}\n`);
    if (args.includes('slsaprovenance1'))
      predicate = JSON.parse(readFileSync(args[args.indexOf('--predicate') + 1]!, 'utf8'));
  };
  const act = () => publish(image, { folder, provenance: provenanceOf(workflow), run, ...options });
  return { act, commands, predicate: () => predicate };
}

describe('an image', () => {
  test('is pushed, signed by digest, and its parts and origin are attested', () => {
    const { act, commands, predicate } = commandsOf(digest);
    act();
    expect(commands[0]).toMatch(/^skopeo copy --digestfile \S+ oci-archive:\S+posts-7.tar docker:\/\/r.example:5000/);
    expect(commands.slice(1).map((each) => each.replace(/--predicate \S*\//, '--predicate '))).toEqual([
      `cosign sign --yes ${subject}`,
      `cosign attest --yes --type cyclonedx --predicate posts-7.cdx.json ${subject}`,
      `cosign attest --yes --type slsaprovenance1 --predicate provenance.json ${subject}`,
    ]);
    expect(predicate()).toEqual(provenanceOf(workflow));
  });

  test('that arrives as another one is not signed', () => {
    const { act, commands } = commandsOf(`sha256:${'b'.repeat(64)}`);
    expect(act).toThrow(/was pushed as sha256:b+, and built as sha256:a+/);
    expect(commands.filter((each) => each.startsWith('cosign'))).toEqual([]);
  });

  test('is told to no public log when a key signs it', () => {
    const { act, commands } = commandsOf(digest, { key: 'k', plainHttp: true });
    act();
    for (const each of commands.slice(1))
      expect(each).toContain('--key k --tlog-upload=false --use-signing-config=false --allow-http-registry');
  });

  test('has no attestation of an origin that nobody vouches for', () => {
    const { act, commands, predicate } = commandsOf(digest, { key: 'k', provenance: undefined });
    act();
    expect(commands.slice(1).map((each) => each.split(' ').slice(0, 2))).toEqual([
      ['cosign', 'sign'],
      ['cosign', 'attest'],
    ]);
    expect(predicate()).toBeUndefined();
  });
});

describe('origin', () => {
  test('names the commit, the workflow that was started and the one that signs', () => {
    expect(provenanceOf(workflow)).toMatchObject({
      buildDefinition: {
        externalParameters: { workflow: { path: '.github/workflows/deliver.yml', ref: 'refs/heads/main' } },
        resolvedDependencies: [
          { uri: 'git+https://github.com/owner/blog@refs/heads/main', digest: { gitCommit: 'c'.repeat(40) } },
        ],
      },
      runDetails: {
        builder: { id: 'https://github.com/owner/blog/.github/workflows/publish.yml@refs/heads/main' },
        metadata: { invocationId: 'https://github.com/owner/blog/actions/runs/3/attempts/1' },
      },
    });
  });

  test.each(Object.keys(workflow))('is not made up where %s is missing', (name) => {
    expect(() => provenanceOf({ ...workflow, [name]: undefined })).toThrow(`${name} is missing`);
  });
});

describe('a verification', () => {
  const commandsFor = (image: string, who: { identity?: string; key?: string; withoutOrigin?: boolean }) => {
    const commands: string[] = [];
    verify(image, { run: (...command) => commands.push(command.join(' ')), ...who });
    return commands;
  };

  test('asks for signature and both attestations, of the one workflow that may sign', () => {
    const who = '--certificate-identity I --certificate-oidc-issuer https://token.actions.githubusercontent.com';
    expect(commandsFor(subject, { identity: 'I' })).toEqual([
      `cosign verify ${who} ${subject}`,
      `cosign verify-attestation ${who} --type cyclonedx ${subject}`,
      `cosign verify-attestation ${who} --type slsaprovenance1 ${subject}`,
    ]);
  });

  test('asks for no origin where there need be none', () => {
    expect(commandsFor(subject, { key: 'k', withoutOrigin: true }).join()).not.toContain('slsaprovenance1');
  });

  test.each(['r.example/posts', 'r.example/posts:7', `r.example/posts@sha256:${'a'.repeat(63)}`])(
    'of %s, which may be another image tomorrow, is refused',
    (name) => {
      expect(() => commandsFor(name, { key: 'k' })).toThrow('is not named by its digest');
    },
  );
});

describe('the list of what was built', () => {
  test('is read as it was written', () => {
    writeBuilt(folder, [image]);
    expect(readBuilt(folder)).toEqual([image]);
    expect(readBuilt(join(folder, 'images.jsonl'))).toEqual([image]);
  });

  test('with a digest that is none is refused', () => {
    writeFileSync(join(folder, 'other.jsonl'), `${JSON.stringify({ ...image, digest: 'sha256:1' })}\n`);
    expect(() => readBuilt(join(folder, 'other.jsonl'))).toThrow('is no built image');
  });
});

test.each(['publish', 'verify'])('%s runs where no package is installed', (name) => {
  const sources = [`${name}.ts`, 'built-images.ts', 'provenance.ts', 'push.ts'];
  const imported = sources.flatMap((file) =>
    [...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(/from '([^']+)'/g)].map(([, from]) => from!),
  );
  expect(imported.filter((from) => !from.startsWith('node:') && !from.startsWith('./'))).toEqual([]);
});
