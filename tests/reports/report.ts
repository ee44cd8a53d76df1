/** What vitest's JSON reporter says of a run, as far as it is read here. Paths are those of this checkout. */
export interface Report {
  testResults: readonly ReportedFile[];
}

/** A test file in a report. */
export interface ReportedFile {
  /** Absolute path. */
  name: string;
  status: string;
  assertionResults: readonly ReportedTest[];
}

/** A test in a report. What passed the second time keeps what it said the first time. */
export interface ReportedTest {
  fullName: string;
  status: string;
  failureMessages: readonly string[];
  meta: { missing?: readonly string[] };
}
