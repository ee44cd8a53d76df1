import { type Labels, labelOf } from '../query/prometheus-series.ts';
import { numberText } from '../query/prometheus-text.ts';

const understood = /\{\{-?\s*(?:\$labels\.(\w+)|\$value)\s*-?\}\}/g;

/** Fills in `{{ $labels.name }}` and `{{ $value }}`; with anything else in double braces the text is an error, said as Prometheus does. */
export function expandTemplate(text: string, labels: Labels, value: number): string {
  if (text.replaceAll(understood, '').includes('{{'))
    return '<error expanding template: only {{ $labels.name }} and {{ $value }} are understood here>';
  return text.replaceAll(understood, (_, label?: string) =>
    label === undefined ? numberText(value) : labelOf(labels, label),
  );
}
