import type { Violation, ViolationRule } from './kicc-validation.error.js';

type Words = readonly [message: string, remedy: string];

/** What breaks a rule, and what to do about it. */
const KOREAN: Readonly<Record<ViolationRule, Words | ((limit?: number) => Words)>> = {
  object: ['객체가 아닙니다.', '항목을 하나의 객체로 보내 주세요.'],
  required: ['필수 항목입니다.', '값을 입력해 주세요.'],
  empty: ['값이 비어 있습니다.', '값을 입력하거나 항목을 빼 주세요.'],
  type: ['값의 형식이 맞지 않습니다.', '금액이라면 원 단위 숫자로 입력해 주세요.'],
  maxBytes: (limit) => ['너무 깁니다.', `${limit ?? '정해진 '}바이트 이내로 줄여 주세요.`],
  blockedCharacter: ['KICC가 받지 않는 문자가 있습니다.', '\' " < > \\ ; | & 는 쓸 수 없습니다.'],
  controlCharacter: ['줄바꿈이나 제어 문자가 있습니다.', '지워 주세요.'],
  emoji: ['이모지는 쓸 수 없습니다.', '지워 주세요.'],
  loneSurrogate: ['글자가 중간에서 잘렸습니다.', '글자 단위로 잘라 주세요.'],
  invisibleCharacter: ['보이지 않는 문자가 있습니다.', '지우고 다시 입력해 주세요.'],
  undecoded: ['글자가 깨져 있습니다.', '파일의 인코딩(예: EUC-KR)에 맞게 읽어 주세요.'],
  loneMark: ['자음이나 모음, 기호 하나가 글자 없이 있습니다.', '온전한 글자로 입력해 주세요.'],
  decomposed: ['자모가 나뉜 글자(NFD)가 있습니다.', 'NFC로 합친 뒤 보내 주세요.'],
  whiteSpace: ['공백이 있습니다.', '공백을 지워 주세요.'],
  oneOf: ['쓸 수 없는 값입니다.', '정해진 값 중 하나를 고르세요.'],
  wholeWon: ['원 단위의 정수가 아닙니다.', '소수점 없이 숫자로 입력해 주세요.'],
  minimum: (limit) => ['금액이 너무 작습니다.', `${limit ?? 1}원 이상으로 입력해 주세요.`],
  unknownField: ['알 수 없는 항목입니다.', '이름을 확인하거나 항목을 빼 주세요.'],
  filledByLibrary: ['자동으로 채워지는 항목입니다.', '빼 주세요.'],
  notForThisType: ['이 취소나 환불에는 쓰지 않는 항목입니다.', '빼 주세요.'],
  taxSum: ['과세, 비과세, 부가세 금액의 합이 맞지 않습니다.', '합이 취소 금액과 같게 해 주세요.'],
  basket: ['장바구니 사용 여부와 장바구니 정보가 맞지 않습니다.', '둘 다 보내거나 둘 다 빼 주세요.'],
  balance: ['취소 전 잔액이 취소 금액보다 작습니다.', '이번 취소 전의 잔액을 입력해 주세요.'],
  approvedAmount: ['승인 금액보다 큽니다.', '승인 금액 이내로 입력해 주세요.'],
  state: ['결제의 지금 상태에서는 할 수 없습니다.', '결제 상태에 맞는 취소나 환불을 고르세요.'],
  personalDataKey: ['개인정보를 암호화할 키가 없습니다.', '관리자에게 personalDataKeys 설정을 요청해 주세요.'],
  mall: ['등록되지 않은 상점입니다.', '관리자에게 상점 설정을 확인해 주세요.'],
  date: ['쓸 수 없는 날짜입니다.', '날짜를 확인해 주세요.'],
};

/**
 * A fault of a `KiccValidationError`, or of what `KiccRequestPipe` answers, in Korean, for a page that shows no English sentence.
 * @returns the same `field`, `rule` and `limit`, with another `message` and `remedy`.
 */
export function koreanViolation(violation: Violation): Violation {
  const words = KOREAN[violation.rule];
  const [message, remedy] = typeof words === 'function' ? words(violation.limit) : words;
  return { ...violation, message, remedy };
}
