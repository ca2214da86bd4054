import type { Revision } from 'nestjs-kicc';
import type { PageContext } from './page-context.js';

/** Where the console of `nestjs-kicc/console` is. */
export const CONSOLE_PATH = 'admin/kicc';

/** A view of the console, in the language of the page that leads to it. */
export function consoleLink({ language }: PageContext, parameters: Readonly<Record<string, string>> = {}): string {
  return `/${CONSOLE_PATH}?${new URLSearchParams({ ...parameters, lang: language }).toString()}`;
}

/** The console's page of a refund. */
export function revisionLink(page: PageContext, { mallId, shopTransactionId }: Revision): string {
  return consoleLink(page, { view: 'revision', mall: mallId, id: shopTransactionId });
}
