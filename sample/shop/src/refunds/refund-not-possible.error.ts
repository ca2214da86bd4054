/** A refund cannot be made as it was asked for. Nothing was noted, and nothing sent. */
export class RefundNotPossible extends Error {
  constructor(
    readonly korean: string,
    readonly english: string,
  ) {
    super(english);
  }
}
