/** A mall, and how many of its revisions wait for something. */
export interface OpenOfMall {
  readonly mallId: string;
  readonly count: number;
  /** How many rows of bulks are not at their end; absent where none is. */
  readonly bulkRows?: number;
}
