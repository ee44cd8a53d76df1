import { dashboards } from '@dormouse/observability/grafana/documents';
import { filled, queriesOf } from '@dormouse/observability/grafana/queries';
import { ruleFiles } from '@dormouse/observability/groups';
import { objectives } from '@dormouse/observability/objectives';
import { isAlert } from '@dormouse/observability/rule';
import { chosen } from './expected.ts';
import { minutes5 } from './oracle.ts';

/** Numbers what has the name of something before it. */
function numbered<T>(all: readonly (readonly [name: string, of: T])[]): Map<string, T> {
  const counts = new Map<string, number>();
  return new Map(
    all.map(([name, of]) => {
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return [count === 1 ? name : `${name} (${count})`, of];
    }),
  );
}

/** Every query of a panel, by dashboard and panel, as it is asked of the last `range` seconds. */
export const panelQuestions = (range: number): Map<string, string> =>
  numbered(
    dashboards
      .flatMap(queriesOf)
      .filter(({ language }) => language === 'promql')
      .map(({ dashboard, panel, query }) => [
        `${dashboard.replace('Dormouse / ', '')}, ${panel}`,
        filled(query, { step: minutes5, range, of: chosen }),
      ]),
  );

/** Every alert, by its name; objectives' own ask for what is recorded. */
export const alertQuestions = (): Map<string, string> =>
  numbered(
    Object.values(ruleFiles).flatMap((groups) =>
      groups.flatMap(({ rules }) => rules.filter(isAlert).map(({ name, expr }) => [name, expr] as const)),
    ),
  );

/** What is recorded of each objective. */
export const objectiveQuestions = (): Map<string, string> =>
  new Map(
    objectives.flatMap(({ name, total, bad }) => [
      [`${name}, all`, total],
      [`${name}, bad`, bad],
    ]),
  );
