// One class, however it is loaded: with two, a provider of the one is not found by the other's token.
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { KiccModule } from 'nestjs-kicc';

const required = createRequire(join(process.cwd(), 'identity.cjs'))('nestjs-kicc');
if (required.KiccModule !== KiccModule) throw new Error('require and import give two KiccModules');
const imported = await import('nestjs-kicc');
if (imported.KiccModule !== KiccModule) throw new Error('a later import gives another KiccModule');
