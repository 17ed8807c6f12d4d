import { defineConfig } from 'vitest/config'

/** Pages looked at in a real browser: `npm run test:browser`, with Chromium in CHROMIUM or /usr/bin/chromium. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
