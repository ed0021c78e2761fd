/** What goes behind the question mark of an address. What is empty is left out; a list is named once for each. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined | null>
>;
