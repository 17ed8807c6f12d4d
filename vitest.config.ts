import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need Chromium: `npm run test:browser`.
    exclude: [...configDefaults.exclude, 'test/browser/**'],
    // Two cores in CI: generous, so that a slow machine is not a failing one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
