/** Something about how the program was called or where it runs, said in one line. */
export class Mistake extends Error {
  override name = 'Mistake';
}
