/** What GitHub tells a workflow. */
export const workflow = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'owner/blog',
  GITHUB_REPOSITORY_ID: '1',
  GITHUB_REPOSITORY_OWNER_ID: '2',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_SHA: 'c'.repeat(40),
  GITHUB_EVENT_NAME: 'push',
  GITHUB_WORKFLOW_REF: 'owner/blog/.github/workflows/deliver.yml@refs/heads/main',
  GITHUB_RUN_ID: '3',
  GITHUB_RUN_ATTEMPT: '1',
};
