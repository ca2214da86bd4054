import { isRecord } from '../protocol/check-fields.js';
import { unpacked } from '../protocol/received-json.js';

type Stream = AsyncIterable<unknown>;

/** What is used of a request of Express or Fastify to read its body. */
export interface BodyRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As a parser of the app's gave it: fields, bytes or text. */
  readonly body?: unknown;
  /** As it came; there with `NestFactory.create(AppModule, { rawBody: true })`. */
  readonly rawBody?: unknown;
  /** Fastify: Node's own request. */
  readonly raw?: Stream | undefined;
}

/** What is read here is much shorter, bytes. */
const LONGEST_BODY = 64 * 1024;

/**
 * The body as it came, whatever a parser of the app's has made of it. `undefined` where only its fields are left.
 * @throws {RangeError} it is too long.
 */
export async function bytesOf(request: BodyRequest): Promise<Buffer | undefined> {
  const { headers, rawBody, body, raw } = request;
  const plain = (bytes: Buffer): Buffer => unpacked(bytes, String(headers['content-encoding']), LONGEST_BODY);
  if (Number(headers['content-length']) > LONGEST_BODY) throw new RangeError('too long');
  for (const given of [rawBody, body]) {
    if (typeof given === 'string' || given instanceof Uint8Array) return plain(Buffer.from(given as Uint8Array));
  }
  // Express 4 makes an empty object of what no parser has read.
  if (isRecord(body) && Object.keys(body).length > 0) return undefined;
  return plain(await readAll(raw ?? (request as BodyRequest & Stream)));
}

async function readAll(stream: Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    length += chunks.at(-1)?.length ?? 0;
    if (length > LONGEST_BODY) throw new RangeError('too long');
  }
  return Buffer.concat(chunks);
}
