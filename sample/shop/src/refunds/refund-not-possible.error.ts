/** A refund cannot be made as it was asked for. Nothing was noted, and nothing sent. */
export class RefundNotPossible extends Error {
  /** @param field of the form, where it is about one. */
  constructor(
    readonly korean: string,
    readonly english: string,
    readonly field = '',
  ) {
    super(english);
  }
}
