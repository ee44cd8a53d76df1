type Attributes = Readonly<Record<string, string>>;

/** A new element with attributes and what is in it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A button that sends nothing. */
export function button(text: string, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', class: 'button quiet', ...attributes }, text);
  made.addEventListener('click', press);
  return made;
}

/** Hours and minutes; of another day, its date, too. */
export function timeText(time: number, now = Date.now()): string {
  const day = (each: number) => new Date(each).toDateString();
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  return new Date(time).toLocaleString(
    document.documentElement.lang || undefined,
    day(time) === day(now) ? clock : { ...clock, day: 'numeric', month: 'short' },
  );
}
