import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'index.ts', cli: 'cli.ts', jscodeshift: 'jscodeshift.ts' },
  format: ['esm', 'cjs'],
  target: 'node20',
  splitting: true,
  sourcemap: true,
  clean: true,
  dts: {
    entry: { index: 'index.ts', jscodeshift: 'jscodeshift.ts' },
    compilerOptions: { ignoreDeprecations: '6.0' },
  },
})
