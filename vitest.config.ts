import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two cores in CI: generous, so that a slow machine is not a failing one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
