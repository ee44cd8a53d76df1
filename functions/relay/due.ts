/** A row that was sent and is not archived. */
export interface Missing {
  position: string;
  subject: string;
  /** It may still be on its way. */
  young: boolean;
  /** Its time to be sent again has come. */
  due: boolean;
}

/**
 * Positions of the rows to send again: of each subject whose oldest row is due, all up to the first young one. A later event so never goes
 * again before an earlier one, and whoever waits for an archive that is away waits as long as the oldest does.
 * @param missing in the order of their positions
 */
export function dueInOrder(missing: readonly Missing[]): string[] {
  /** Subjects, and whether the next row of it goes too. */
  const goes = new Map<string, boolean>();
  return missing
    .filter(({ subject, young, due }) => {
      const going = (goes.get(subject) ?? due) && !young;
      goes.set(subject, going);
      return going;
    })
    .map(({ position }) => position);
}
