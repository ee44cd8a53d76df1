import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@dormouse/auth/temporary-folder.fixture';
import { outdated } from '@dormouse/events/generate';
import { needs, skippedFor } from '@dormouse/tests/needs';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { burns } from './burn-rate.ts';
import { caseFiles, rules, ruleTests } from './documents.ts';
import { alerts, machineRuleFiles, ruleFiles } from './groups.ts';
import { objectives } from './objectives.ts';
import { alertRule, isAlert } from './rule.ts';
import { external, platformSeries, series } from './series.ts';

const folder = join(import.meta.dirname, 'prometheus');
const names = [...new Set(alerts.map(({ name }) => name))].sort();
const all = Object.values(ruleFiles).flatMap((groups) => groups.flatMap(({ rules: each }) => each));
const cases = Object.values(caseFiles).flat();

/** What of an expression the grammar of Prometheus calls by one name. */
function parts(expr: string, kind: string): string[] {
  const found: string[] = [];
  parser.parse(expr).iterate({
    enter(node) {
      if (node.name === kind) found.push(expr.slice(node.from, node.to));
    },
  });
  return found;
}

describe('rules', () => {
  test('are written as the code says, and so are their tests', () => {
    expect(outdated(join(folder, 'rules'), rules())).toEqual([]);
    expect(outdated(join(folder, 'tests'), ruleTests())).toEqual([]);
  });

  test('are all taken to a cluster', () => {
    const { configMapGenerator } = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as {
      configMapGenerator: { name: string; files: string[] }[];
    };
    const files = configMapGenerator.find(({ name }) => name === 'prometheus-rules')!.files;
    expect(files.sort()).toEqual([...rules().keys()].map((file) => `rules/${file}`).sort());
  });

  test('for one machine say of nothing that it is gone which need not be there', () => {
    expect(machineRuleFiles).toEqual(['slo', 'functions', 'events', 'data', 'telemetry']);
    const ofMachine = machineRuleFiles.flatMap((name) => ruleFiles[name]!.flatMap(({ rules: each }) => each));
    const absent = ofMachine.filter(({ expr }) => /\babsent(_over_time)?\(/.test(expr));
    expect(absent.map((rule) => isAlert(rule) && rule.name)).toEqual(['RelaySilent']);
  });

  test.each(all.map((rule) => ({ name: isAlert(rule) ? rule.name : rule.record, expr: rule.expr })))(
    'the expression of $name is PromQL',
    ({ expr }) => {
      expect(parts(expr, '⚠')).toEqual([]);
    },
  );

  test('ask only for what functions give, what is recorded, and what is listed as given by others', () => {
    const given = new Set<string>([
      ...Object.values(series),
      ...Object.values(platformSeries),
      ...external,
      'ALERTS', // by whoever evaluates the rules
      ...all.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])),
    ]);
    const used = all.flatMap(({ expr }) =>
      parts(expr, 'VectorSelector').map((selector) => selector.replace(/\{[\s\S]*$/, '')),
    );
    expect(used.filter((name) => !given.has(name) && !given.has(name.replace(/_(bucket|count|sum)$/, '')))).toEqual([]);
    expect(external.filter((name) => !used.includes(name))).toEqual([]);
  });

  test('every summary names only labels that the expression leaves', () => {
    for (const alert of alerts) {
      const used = [...alert.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!);
      const kept = alert.expr.match(/by \(([^)]*)\)/)?.[1]?.split(', ');
      if (kept)
        expect(
          used.filter((label) => !kept.includes(label)),
          alert.name,
        ).toEqual([]);
    }
  });

  test('a value in a summary is refused', () => {
    expect(() => alertRule({ name: 'A', severity: 'page', expr: 'vector(1)', summary: 'It is {{ $value }}.' })).toThrow(
      'the summary of A has a value',
    );
  });
});

describe('alerts', () => {
  test.each(names)('%s has a case in which it fires and one in which it is silent', (name) => {
    const output = cases.filter(({ alert }) => alert === name);
    expect(output.some(({ fires }) => fires.length > 0)).toBe(true);
    if (name !== 'Watchdog') expect(output.some(({ fires }) => fires.length === 0)).toBe(true);
  });

  test('every severity of a name fires in some case', () => {
    const fired = cases.flatMap(({ alert, fires }) =>
      fires.map(({ severity }) => (severity ? `${alert} ${severity}` : alert)),
    );
    const twice = names.filter((name) => alerts.filter((each) => each.name === name).length > 1);
    expect(
      alerts.filter(({ name, severity }) => twice.includes(name) && !fired.includes(`${name} ${severity}`)),
    ).toEqual([]);
  });

  test('every one has its runbook, and every runbook its alert', () => {
    const pages = readdirSync(join(import.meta.dirname, 'runbooks')).filter((name) => name !== 'README.md');
    expect(pages.sort()).toEqual(names.map((name) => `${name}.md`));
  });

  test.each(names)('the runbook of %s says what it means, what follows, where to look and what to do', (name) => {
    const page = readFileSync(join(import.meta.dirname, 'runbooks', `${name}.md`), 'utf8');
    expect(page.startsWith(`# ${name}\n`)).toBe(true);
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      'Meaning',
      'Impact',
      'Look',
      'Act',
    ]);
  });

  test('PromQL in runbooks is PromQL', () => {
    const pages = globSync('runbooks/*.md', { cwd: import.meta.dirname });
    const used = pages.flatMap((page) =>
      [...readFileSync(join(import.meta.dirname, page), 'utf8').matchAll(/```promql\n([\s\S]*?)```/g)].map(
        ([, text]) => text!,
      ),
    );
    expect(used.length).toBeGreaterThan(20);
    expect(used.flatMap((text) => text.trim().split('\n')).filter((line) => parts(line, '⚠').length > 0)).toEqual([]);
  });
});

describe('objectives', () => {
  test('are parts of one, and their alerts differ', () => {
    expect(objectives.filter(({ target }) => target <= 0 || target >= 1)).toEqual([]);
    expect(new Set(objectives.map(({ alert }) => alert)).size).toBe(objectives.length);
  });

  test('a budget that burns at a factor is used up in thirty days by that factor, and no factor exceeds what a target of 99 % allows', () => {
    expect(burns.map(({ factor }) => Math.round((30 * 24) / factor))).toEqual([50, 120, 240, 720]);
    for (const { target } of objectives) for (const { factor } of burns) expect(factor * (1 - target)).toBeLessThan(1);
  });
});

describe('by promtool', needs('promtool'), () => {
  const promtool = (...args: string[]) => execFileSync('promtool', args, { encoding: 'utf8', cwd: folder });

  test('rules are valid', () => {
    expect(promtool('check', 'rules', ...globSync('rules/*.yaml', { cwd: folder }))).toContain('SUCCESS');
  });

  test('the configuration for one machine is valid', () => {
    expect(promtool('check', 'config', 'machine.yaml')).toContain('machine.yaml is valid');
  });

  const forCluster = spawnSync('promtool', ['check', 'config', '--syntax-only', 'cluster.yaml'], {
    encoding: 'utf8',
    cwd: folder,
  });
  // Debian's is built without.
  const missing = forCluster.stderr?.includes('kubernetes_sd_configs not found')
    ? ['a promtool that knows Kubernetes']
    : [];
  test('the configuration for a cluster is valid', skippedFor(missing), () => {
    expect(forCluster).toMatchObject({ status: 0, stdout: expect.stringContaining('cluster.yaml is valid') });
  });

  // promtool evaluates every rule of a file at each step. Those of one alert, or of one objective, ask nothing of another's: apart they take a
  // fraction of the time.
  test.each(Object.keys(caseFiles))(
    'every alert of %s fires where it should, and is silent where it should',
    { timeout: 300_000 },
    (file) => {
      const { tests, rule_files, ...settings } = read<RuleTests>(`tests/${file}.yaml`);
      const groups = rule_files.flatMap((path) => read<{ groups: RuleGroup[] }>(join('tests', path)).groups);
      const subjects = new Set(
        groups.flatMap(({ rules: each }) => each.map(subjectOf)).filter((each) => each !== undefined),
      );
      const apart = temporaryFolder();
      const files: string[] = [];
      let put = 0;
      for (const subject of subjects) {
        const own = groups.map(({ rules: each, ...group }) => ({
          ...group,
          rules: each.filter((rule) => (subjectOf(rule) ?? subject) === subject),
        }));
        const alerting = own.flatMap(({ rules: each }) => each.map(({ alert }) => alert));
        const asked = tests.filter(({ alert_rule_test: [first] }) => alerting.includes(first?.alertname));
        if (asked.length === 0) continue;
        put += asked.length;
        writeFileSync(join(apart, `${subject}.rules.yaml`), stringify({ groups: own }));
        files.push(join(apart, `${subject}.yaml`));
        writeFileSync(files.at(-1)!, stringify({ ...settings, rule_files: [`${subject}.rules.yaml`], tests: asked }));
      }
      expect(put).toBe(tests.length);
      expect(promtool('test', 'rules', ...files).match(/SUCCESS/g)).toHaveLength(files.length);
    },
  );
});

interface Rule {
  alert?: string;
  expr: string;
  labels?: { slo?: string };
}

interface RuleGroup {
  rules: Rule[];
}

interface RuleTests {
  rule_files: string[];
  tests: { alert_rule_test: { alertname: string }[] }[];
}

const read = <T>(file: string): T => parse(readFileSync(join(folder, file), 'utf8'));

/** The objective or the alert that a rule is of; undefined where it records something for all of them. */
const subjectOf = ({ labels, expr, alert }: Rule): string | undefined =>
  labels?.slo ?? /\{slo="([^"]+)"/.exec(expr)?.[1] ?? alert;
