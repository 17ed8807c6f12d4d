import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'index.ts' },
  format: ['esm', 'cjs'],
  target: 'node20',
  sourcemap: true,
  clean: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
})
