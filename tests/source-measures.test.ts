import { expect, test } from 'vitest';
import { measure } from './source-measures.ts';

const text = `import { x } from 'x';

/** Adds. */
export function add(a: number): number {
  // carefully

  const again = (b: any) => {
    return a + b;
  };
  return [1].map((each) => again(each))[0] ?? x;
}

/* not exported */
class Own {
  method() {
    return '// no comment';
  }
}
`;

test('functions with a name are counted, without blank lines and comments', () => {
  expect(measure('a.ts', text).functions).toEqual([
    { name: 'add', code: 6 },
    { name: 'again', code: 3 },
    { name: 'method', code: 3 },
  ]);
});

test('comments are told apart by where they stand', () => {
  const { surface, inside, code } = measure('a.ts', text);
  expect(surface).toEqual({ comment: 1, code: 2 });
  expect(inside).toEqual({ comment: 1, code: 5 });
  expect(code).toBe(12);
});

test('`any` is a type, not a word', () => {
  expect(measure('a.ts', text).anys).toBe(1);
  expect(measure('a.ts', "// any\nexport const any = ': any';\n").anys).toBe(0);
});
