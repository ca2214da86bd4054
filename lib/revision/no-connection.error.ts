/** No connection to the journal's database came in time, so nothing was read or written. Its words hold no personal data. */
export class NoConnectionError extends Error {
  override readonly name: string = 'NoConnectionError';
}

/** As many handlers as may be under way at a time were, and did not end in time. */
export class NoTurnError extends NoConnectionError {
  override readonly name = 'NoTurnError';
}
