// Written by `npm run docs:api` from the types that are built. A change here is a change of what users compile against.

export class UndiciTransport extends KiccTransport {
  constructor({ connectTimeoutMs, connections, tls: given }?: UndiciTransportOptions);
  post({ url, body, headers, beforeFirstByte }: KiccHttpRequest): Observable<KiccHttpAnswer>;
  onApplicationShutdown(): Promise<void>;
}

export interface UndiciTransportOptions {
  readonly connectTimeoutMs?: number;
  readonly connections?: number;
  readonly tls?: KiccTlsOptions;
}

// Not exported by name, but what the above is made of.

type KiccTlsOptions = Pick<
  tls.SecureContextOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'pfx' | 'crl' | 'ciphers' | 'sigalgs' | 'ecdhCurve' | 'minVersion' | 'maxVersion'
> &
  Pick<tls.ConnectionOptions, 'lookup' | 'servername'>;
