/** What GitHub tells of a run of a workflow (its variables GITHUB_…). */
type Environment = Readonly<Record<string, string | undefined>>;

/** Predicate of an in-toto attestation, SLSA Build v1 (https://slsa.dev/spec/v1.1/provenance). */
export interface Provenance {
  buildDefinition: {
    buildType: string;
    externalParameters: { workflow: { ref: string; repository: string; path: string } };
    internalParameters: { github: Record<string, string> };
    resolvedDependencies: { uri: string; digest: { gitCommit: string } }[];
  };
  runDetails: { builder: { id: string }; metadata: { invocationId: string } };
}

/** The workflow that pushes and signs; it runs no package, so that none can write another provenance. */
const builder = '.github/workflows/publish.yml';

/**
 * From which commit, by which workflow and in which run an image was made.
 * @throws Error naming the variable that is missing
 */
export function provenanceOf(env: Environment): Provenance {
  const demand = (name: string) => {
    const value = env[name];
    if (!value) throw new Error(`provenance is written in a workflow of GitHub: ${name} is missing`);
    return value;
  };
  const [ref, commit] = [demand('GITHUB_REF'), demand('GITHUB_SHA')];
  const repository = `${demand('GITHUB_SERVER_URL')}/${demand('GITHUB_REPOSITORY')}`;
  return {
    buildDefinition: {
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      externalParameters: { workflow: { ref, repository, path: workflowOf(demand('GITHUB_WORKFLOW_REF'), env) } },
      internalParameters: {
        github: {
          event_name: demand('GITHUB_EVENT_NAME'),
          repository_id: demand('GITHUB_REPOSITORY_ID'),
          repository_owner_id: demand('GITHUB_REPOSITORY_OWNER_ID'),
        },
      },
      resolvedDependencies: [{ uri: `git+${repository}@${ref}`, digest: { gitCommit: commit } }],
    },
    runDetails: {
      builder: { id: `${repository}/${builder}@${ref}` },
      metadata: {
        invocationId: `${repository}/actions/runs/${demand('GITHUB_RUN_ID')}/attempts/${demand('GITHUB_RUN_ATTEMPT')}`,
      },
    },
  };
}

/** `owner/blog/.github/workflows/deliver.yml@refs/heads/main` → `.github/workflows/deliver.yml`. */
const workflowOf = (reference: string, env: Environment) =>
  reference.slice(`${env.GITHUB_REPOSITORY}/`.length, reference.lastIndexOf('@'));
