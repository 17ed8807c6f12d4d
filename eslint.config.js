import js from '@eslint/js'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  {
    ignores: [
      '.ci/consumer/**',
      '**/dist/**',
      '**/node_modules/**',
      'coverage/**',
      'fixtures/**',
      '.tmp/**',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      // Control characters are what an HTTP parser is made to refuse.
      'no-control-regex': 'off',
      'max-depth': ['error', 5],
      'max-lines': ['error', { max: 700, skipComments: true, skipBlankLines: true }],
    },
  },
  // One state machine: its states would only be harder to follow in two files.
  {
    files: ['src/server/serve-conn.ts'],
    rules: { 'max-lines': ['error', { max: 900, skipComments: true, skipBlankLines: true }] },
  },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-explicit-any': 'off', 'max-lines': 'off' },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'Buffer',
          'URL',
          'fetch',
          'setTimeout',
          'setImmediate',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'AbortSignal',
          'URLSearchParams',
          'performance',
          'require',
          'module',
        ].map((name) => [name, 'readonly'])
      ),
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  }
)
