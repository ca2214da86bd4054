import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { NotPossible } from '../web/faults.js';

/** A file cannot be used as a whole, and nothing was kept of it. `status` is 413 where there is too much of it. */
export class UnreadableFile extends NotPossible {
  constructor(korean: string, english: string, status = 400) {
    super(korean, english, 'file', status);
  }
}

/**
 * What a file says, and the encoding in which it was read. Korean Excel writes CP949 as "CSV"; of that, a `TextDecoder` knows
 * some letters only.
 * @throws {UnreadableFile} it is a workbook, or in neither encoding.
 */
export function textOf(bytes: Buffer): { readonly text: string; readonly encoding: 'UTF-8' | 'CP949' } {
  const begin = bytes.toString('hex', 0, 4);
  if (/^(504b0304|d0cf11e0)/.test(begin)) throw toBeSaved('엑셀 통합 문서입니다.', 'This is an Excel workbook.');
  if (/^(fffe|feff)/.test(begin)) throw toBeSaved('유니코드 텍스트(UTF-16) 파일입니다.', 'This is a text in UTF-16.');
  const isText = !bytes.includes(0);
  if (isText && isUtf8(bytes)) return { text: bytes.toString('utf8'), encoding: 'UTF-8' };
  const text = iconv.decode(bytes, 'cp949');
  if (isText && !text.includes('\uFFFD')) return { text, encoding: 'CP949' };
  throw toBeSaved('글자를 읽을 수 없는 파일입니다.', 'This is no text in UTF-8 or CP949.');
}

function toBeSaved(korean: string, english: string): UnreadableFile {
  return new UnreadableFile(
    `${korean} 엑셀의 "다른 이름으로 저장"에서 "CSV UTF-8" 또는 "CSV(쉼표로 분리)"를 골라 저장한 뒤 올려 주세요.`,
    `${english} In Excel, save it as "CSV UTF-8" or "CSV", then upload that.`,
  );
}
