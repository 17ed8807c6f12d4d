import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'tsup'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  entry: { index: 'index.ts' },
  format: ['esm', 'cjs'],
  target: 'node20',
  sourcemap: true,
  clean: true,
  // For `import.meta.url` in CommonJS.
  shims: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  onSuccess() {
    // `meta.docs.url` of the rules leads here.
    cpSync(here('../../docs/rules'), here('./dist/docs/rules'), { recursive: true })
    return Promise.resolve()
  },
})
