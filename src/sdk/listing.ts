/** A list: called, it gives one page; `all` gives every entry and `pages` every page, and asks for the next one when it is wanted. */
export interface Listing<Arguments extends readonly unknown[], Entry> {
  (...given: Arguments): Promise<Entry[]>;
  all(...given: Arguments): AsyncGenerator<Entry, void, undefined>;
  pages(...given: Arguments): AsyncGenerator<Entry[], void, undefined>;
}
