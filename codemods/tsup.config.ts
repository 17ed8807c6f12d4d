import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'tsup'

// Two builds share the folder, so neither may clean it.
rmSync(fileURLToPath(new URL('./dist', import.meta.url)), { recursive: true, force: true })

export default defineConfig([
  {
    entry: { index: 'index.ts', jscodeshift: 'jscodeshift.ts' },
    format: ['esm', 'cjs'],
    target: 'node20',
    splitting: true,
    sourcemap: true,
    dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  },
  {
    // The worker is found by its name beside the command.
    entry: { cli: 'cli.ts', worker: 'cli/worker.ts' },
    format: ['esm'],
    target: 'node20',
    splitting: true,
    sourcemap: true,
  },
])
