import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONSOLE_STYLE } from 'nestjs-kicc/console';

/** What browsers load as it is. */
export const PUBLIC = join(import.meta.dirname, '../../../sample/shop/public');

/** The shop's theme, and what the console has no need of. */
export const SHOP_STYLE = readFileSync(join(PUBLIC, 'shop.css'), 'utf8');

/** One style sheet for shop and console. */
export const STYLE = CONSOLE_STYLE + SHOP_STYLE;
