import { HttpException } from '@nestjs/common';

/** Something cannot be done as it was asked for. Nothing was noted, and nothing sent. */
export class NotPossible extends HttpException {
  /** @param field of the form, where it is about one. */
  constructor(
    readonly korean: string,
    readonly english: string,
    readonly field = '',
    status = 409,
  ) {
    super(english, status);
  }
}
