import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { KiccModule } from '../kicc.module.js';
import type { KiccModuleExtras } from '../kicc.module-definition.js';
import type { KiccModuleOptions } from '../kicc.options.js';
import { printable } from '../protocol/printable.js';
import { connectJournal, quietLogger, type JournalConnection } from './journal-connection.js';
import type { Access } from './database-by-driver.js';
import type { KiccSettingsSource } from './kicc-settings-source.js';
import type { KiccTerminal } from './kicc-terminal.js';

/** Does something with the journal, and lets go of it after. */
export async function withJournal<T>(
  source: Parameters<typeof connectJournal>[0],
  terminal: KiccTerminal,
  act: (connection: JournalConnection) => Promise<T>,
  access?: Access,
): Promise<T> {
  const connection = await connectJournal(source, warner(terminal), access);
  try {
    return await act(connection);
  } finally {
    await connection.close();
  }
}

/** Does something with the library's own services, in an app of its own that looks for nothing by itself. */
export async function withApp<T>(
  { module }: Pick<KiccSettingsSource, 'module'>,
  { journal }: JournalConnection,
  terminal: KiccTerminal,
  options: Pick<KiccModuleOptions, 'settlement' | 'malls'> & Pick<KiccModuleExtras, 'transport'>,
  act: (app: INestApplicationContext) => Promise<T>,
): Promise<T> {
  const imports = [
    KiccModule.forRoot({
      ...(module as KiccModuleOptions),
      ...options,
      settlement: { ...options.settlement, sweepEveryMs: false },
      journal: { useFactory: () => journal },
    }),
  ];
  // What hinders its start is thrown, and said once.
  let started = false;
  const logger = quietLogger((warning) => {
    if (started) warner(terminal)(warning);
  });
  const context = await NestFactory.createApplicationContext(
    { module: CommandModule, imports },
    { logger, abortOnError: false },
  );
  started = true;
  try {
    return await act(context);
  } finally {
    await context.close();
  }
}

class CommandModule {}

function warner(terminal: KiccTerminal): (warning: string) => void {
  return (warning) => terminal.err(`kicc: ${printable(warning)}\n`);
}
