import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { areClientsInstalled } from './test/clients/installed.mjs';

export default tseslint.config(
  { ignores: ['api/', 'dist/', '**/build/', 'coverage/', 'node_modules/'] },
  // Without its types, nothing of it can be told.
  { ignores: areClientsInstalled ? [] : ['test/clients/**/*.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: { '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }] },
  },
  {
    // A test's fake timers take the places of these, and a call that waits for one never ends.
    files: ['lib/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'performance'].map((name) => ({
          name,
          message: 'Take it from lib/real-time.ts.',
        })),
      ],
    },
  },
  {
    files: ['test/clients/**/*.ts'],
    languageOptions: { parserOptions: { project: './test/clients/tsconfig.json' } },
  },
  {
    files: ['sample/shop/public/*.js'],
    languageOptions: {
      sourceType: 'script',
      globals: Object.fromEntries(
        ['Blob', 'DOMParser', 'addEventListener', 'document', 'fetch', 'location', 'setTimeout'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'fetch', 'setTimeout', 'performance'].map((name) => [name, 'readonly']),
      ),
    },
  },
);
