import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

/**
 * The bytes of a body that was packed on the way, though nobody asked for that; others as they are. Gzip is told by its own
 * first bytes: who unpacks half-way, or packs, may forget to say so.
 * @param encoding the `Content-Encoding` header.
 * @param longest how many bytes may come of it; of more, the body stays packed, and is none of KICC's.
 */
export function unpacked(bytes: Buffer, encoding: string | undefined, longest: number): Buffer {
  const options = { maxOutputLength: longest };
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes, options);
    if (encoding === 'br') return brotliDecompressSync(bytes, options);
    if (encoding === 'deflate') return inflateSync(bytes, options);
  } catch {
    // Whoever reads it finds no JSON in it.
  }
  return bytes;
}

/** The value of a JSON text, whatever blanks, NULs or byte order mark are around it; `undefined` where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const bare = withoutBlanks(text);
    return bare.length < text.length ? parseJson(bare) : undefined;
  }
}

/** By hand: a pattern would look at the blanks within again and again. */
function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text, start)) start++;
  while (start < end && isBlank(text, end - 1)) end--;
  return text.slice(start, end);
}

function isBlank(text: string, at: number): boolean {
  return /[\s\0]/.test(text.charAt(at));
}
