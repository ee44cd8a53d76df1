/** The value of an event's data: JSON's where it is JSON, else the text. */
export function eventData(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
