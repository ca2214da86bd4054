/** What came of one look at what cancellations need. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do about it; only of what is not ok. */
  readonly remedy?: string;
  /** Nothing was found out: what `warn` would say of the thing itself does not hold. */
  readonly isUnknown?: true;
}

export function ok(name: string, message: string): Check {
  return { name, status: 'ok', message };
}

export function warn(name: string, message: string, remedy: string): Check {
  return { name, status: 'warn', message, remedy };
}

export function fail(name: string, message: string, remedy: string): Check {
  return { name, status: 'fail', message, remedy };
}
