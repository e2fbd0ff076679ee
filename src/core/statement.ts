/** One SQL statement, ready to run. Parameters are what both databases hold: text, numbers, bytes, null. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
  /**
   * `true`: the batch goes on only if this statement changed or returned at least one row; else nothing of the batch
   * is written. Guards come before the first statement that is not one.
   */
  readonly guard?: boolean;
}

export type SqlValue = string | number | null | Uint8Array;
