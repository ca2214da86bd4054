import { describe, expect, it } from '@jest/globals';
import { format } from 'prettier';
import ts from 'typescript';
import { wireKiccModule } from '../../lib/schematics/nest-add/wire-module.js';

/** A module file around the argument of its decorator. */
const moduleOf = (argument: string, more = ''): string => `import { Module } from '@nestjs/common';
${more}import { AppController } from './app.controller';

@Module(${argument})
export class AppModule {}
`;

/** The changed text, which has to be TypeScript. */
function textOf(source: string): string {
  const wired = wireKiccModule(source);
  const { text } = wired as { text?: string };
  if (text === undefined) throw new Error(JSON.stringify(wired));
  const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true });
  expect(diagnostics).toEqual([]);
  return text;
}

const KICC_ENTRY = `    KiccModule.forRootAsync({
      imports: [ConfigModule],
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        environment: config.getOrThrow<'test' | 'production'>(
          'KICC_ENVIRONMENT',
        ),
        baseUrl: config.get<string>('KICC_BASE_URL'),
        mallId: config.getOrThrow<string>('KICC_MALL_ID'),
        secretKey: config.getOrThrow<string>('KICC_SECRET_KEY'),
      }),
    }),
`;

describe('wireKiccModule', () => {
  it('adds to the module that the Nest CLI makes', () => {
    expect(textOf(moduleOf('{\n  imports: [],\n  controllers: [AppController],\n  providers: [],\n}')))
      .toBe(`import { Module } from '@nestjs/common';
import { AppController } from './app.controller';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { KiccModule } from 'nestjs-kicc';

@Module({
  imports: [
    ConfigModule.forRoot(),
${KICC_ENTRY}  ],
  controllers: [AppController],
  providers: [],
})
export class AppModule {}
`);
  });

  it.each([
    ['no list', '{\n  controllers: [AppController],\n}', '{\n  imports: [+],\n  controllers: [AppController],\n}'],
    ['nothing at all', '{}', '{\n  imports: [+],\n}'],
    ['one line', '{ controllers: [AppController] }', '{\n  imports: [+],\n  controllers: [AppController],\n}'],
    ['a list on one line', '{ imports: [A, B], exports: [A] }', '{\n  imports: [A, B, +],\n  exports: [A],\n}'],
    [
      'a list of lines',
      '{\n  imports: [\n    A,\n    B.forRoot({ a: [1, 2] }),\n  ],\n}',
      '{\n  imports: [A, B.forRoot({ a: [1, 2] }), +],\n}',
    ],
    ['no last comma', '{\n  imports: [\n    A,\n    B\n  ],\n}', '{\n  imports: [A, B, +],\n}'],
    [
      'a list behind',
      '{ controllers: [{ imports: [] }], imports: [A] }',
      '{ controllers: [{ imports: [] }], imports: [A, +] }',
    ],
    ['brackets in texts', '{ imports: [A.for(\']\', `}`, "{")] }', "{ imports: [A.for(']', `}`, '{'), +] }"],
  ])('adds to %s', async (_what, before, after) => {
    const options = { parser: 'typescript', singleQuote: true, printWidth: 128 } as const;
    const text = await format(textOf(moduleOf(before)), options);
    const config = "import { ConfigModule, ConfigService } from '@nestjs/config';\nimport { KiccModule } from 'nestjs-kicc';";
    const expected = moduleOf(after.replace('+', `ConfigModule.forRoot(),\n${KICC_ENTRY}`)).replace(
      "from './app.controller';",
      `from './app.controller';\n${config}`,
    );
    expect(text).toBe(await format(expected, options));
  });

  it('keeps comments', () => {
    const text = textOf(moduleOf('{\n  // imports: [Old],\n  imports: [\n    A, // needs ] first\n    // later\n  ],\n}'));
    expect(text).toContain(
      '  // imports: [Old],\n  imports: [\n    A, // needs ] first\n    // later\n    ConfigModule.forRoot(),\n',
    );
    expect(textOf(moduleOf('{\n  imports: [\n    /* none yet */\n  ],\n}'))).toContain(
      '  imports: [\n    /* none yet */\n    ConfigModule.forRoot(),\n',
    );
  });

  it.each([
    ["import { ConfigModule } from '@nestjs/config';\n", ['ConfigService']],
    ["import {\n  ConfigService,\n  ConfigModule,\n} from '@nestjs/config';\n", []],
    ["import { ConfigService } from '@nestjs/config';\n", ['ConfigModule']],
  ])('knows what is imported by %j', (more, missing) => {
    const text = textOf(moduleOf('{\n  imports: [ConfigModule.forRoot({ envFilePath: ".env.local" })],\n}', more));
    const added = missing.map((name) => `import { ${name} } from '@nestjs/config';\n`).join('');
    expect(text).toContain(`${added}import { KiccModule } from 'nestjs-kicc';\n`);
    expect(text.match(/@nestjs\/config/g)).toHaveLength(1 + missing.length);
    expect(text.includes('ConfigModule.forRoot(),')).toBe(missing.includes('ConfigModule'));
  });

  it('writes as the file is written', () => {
    const source = moduleOf('{\n  imports: [],\n}').replaceAll("'", '"').replaceAll(';', '').replaceAll('\n', '\r\n');
    const text = textOf(source);
    expect(text).toContain(
      'import { ConfigModule, ConfigService } from "@nestjs/config"\r\nimport { KiccModule } from "nestjs-kicc"\r\n',
    );
    expect(text).toContain('  imports: [\r\n    ConfigModule.forRoot(),\r\n');
  });

  it('changes nothing twice', () => {
    expect(wireKiccModule(textOf(moduleOf('{\n  imports: [],\n}')))).toEqual({ isWired: true });
  });

  it.each([
    ['a list made elsewhere', moduleOf('{ imports: modules }')],
    ['a list by its name', moduleOf('{ imports, controllers: [] }')],
    ['a list that is put together', moduleOf('{ imports: more.concat([A]) }')],
    ['what is spread in', moduleOf('{ ...base, imports: [] }')],
    ['a quoted key', moduleOf("{ 'imports': [] }")],
    ['a computed key', moduleOf("{ ['imports']: [] }")],
    ['two lists', moduleOf('{ imports: [], imports: [] }')],
    ['metadata made elsewhere', moduleOf('metadata')],
    ['two modules', `${moduleOf('{}')}@Module({})\nexport class Other {}\n`],
    ['no module', "import { Injectable } from '@nestjs/common';\n@Injectable()\nexport class AppModule {}\n"],
    [
      'a module that is only a comment',
      "import { Module } from '@nestjs/common';\n// @Module({ imports: [] })\nexport class AppModule {}\n",
    ],
    ['no import statements', "const { Module } = require('@nestjs/common');\n@Module({})\nclass AppModule {}\n"],
    [
      'imports at the end',
      "import { Module } from '@nestjs/common';\n@Module({})\nexport class AppModule {}\nimport './late';\n",
    ],
    ['an open bracket', "import { Module } from '@nestjs/common';\n@Module({ imports: [\n"],
  ])('leaves %s alone', (_what, source) => {
    expect(wireKiccModule(source)).toEqual({ problem: expect.any(String) });
  });
});
