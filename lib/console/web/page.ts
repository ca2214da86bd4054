import type { ConsoleUser } from '../kicc-console.options.js';
import type { Html } from './html.js';

export type Language = 'ko' | 'en';
/** Picks the words of a language. */
export type Say = (korean: string, english: string) => string;

export function sayIn(language: Language): Say {
  return (korean, english) => (language === 'ko' ? korean : english);
}

/** What every view knows of the request that it answers. */
export interface Page {
  readonly language: Language;
  /** Picks the words of the page's language. */
  readonly say: Say;
  readonly user: ConsoleUser;
  readonly now: Date;
  readonly query: URLSearchParams;
  /**
   * Where another view is. All are one path, told apart by the query alone, so that no prefix, version or proxy can move the one
   * from the other.
   */
  readonly link: (parameters: Readonly<Record<string, string | number | undefined>>) => string;
}

/** What a view shows. */
export interface View {
  readonly title: string;
  readonly content: Html;
  /** HTTP status. Default 200. */
  readonly status?: number;
  /** Whether a browser that shows it is told of changes. Default true. */
  readonly live?: boolean;
  /** Whether it is for somebody who is not known: without the menu. Default false. */
  readonly bare?: boolean;
}

/** @param languages the `Accept-Language` header. */
export function pageOf(
  user: ConsoleUser,
  query: URLSearchParams,
  locale: Language | undefined,
  languages: string | undefined,
  now: Date,
): Page {
  const asked = query.get('lang');
  const chosen = asked === 'ko' || asked === 'en' ? asked : undefined;
  const language = chosen ?? locale ?? preferred(languages);
  return {
    language,
    say: sayIn(language),
    user,
    now,
    query,
    link: (parameters) => {
      const all = Object.entries({ ...parameters, lang: parameters['lang'] ?? chosen });
      const told = all.filter(([, value]) => value !== undefined && value !== '');
      return `?${new URLSearchParams(told.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
    },
  };
}

/** The one of the two that a browser would rather have; Korean where it says nothing of either. */
function preferred(languages = ''): Language {
  const found = languages
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const quality = parameters.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find((one) => one !== undefined);
      return { language: tag.slice(0, 2), quality: Number(quality ?? 1) };
    })
    .filter(({ language, quality }) => (language === 'ko' || language === 'en') && quality > 0)
    .sort((one, other) => other.quality - one.quality);
  return found[0]?.language === 'en' ? 'en' : 'ko';
}
