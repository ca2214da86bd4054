/** How requests are held against KICC's tables where those leave room. */
export interface RequestRules {
  /** How the bytes of KICC's lengths are counted. */
  readonly byteLengths: 'utf-8' | 'euc-kr';
  /** Whether words for people that are too long are cut to fit, instead of being refused. */
  readonly fitTexts: boolean;
  /** What the parts of `taxInfo` add up to. */
  readonly taxSum: 'vat-apart' | 'vat-included' | 'unchecked';
  /** Whether letters are refused that earlier versions have taken. */
  readonly refusesLetters: boolean;
}

/** Where nobody says otherwise: what these let through fits however KICC counts. */
export const USUAL_RULES: RequestRules = {
  byteLengths: 'utf-8',
  fitTexts: false,
  taxSum: 'vat-apart',
  refusesLetters: true,
};

/**
 * What no version has refused, under whatever options: what was taken in once must be found, asked about and repeated under any
 * others.
 */
export const LOOSEST_RULES: RequestRules = {
  byteLengths: 'euc-kr',
  fitTexts: true,
  taxSum: 'unchecked',
  refusesLetters: false,
};
